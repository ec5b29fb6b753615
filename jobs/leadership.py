"""stub"""


class L:
    leads = True

    def look(self):
        return True

    def resign(self):
        pass


def leadership(database):
    return L()
