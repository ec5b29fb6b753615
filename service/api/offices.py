"""/office: what one's own office is called, in which language and by which clock it works, who its mails come from."""

from typing import Any

from models.vocabulary import Role
from service.actions.both_sides import profiles
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.schemas.offices import OfficeProfileSchema

blp = ApiBlueprint("offices", __name__, description="One's own office")


@blp.route("/office")
class OfficeView(ApiView):
    @requires(Role.OFFICER)
    @operation("getOffice")
    @blp.one(OfficeProfileSchema)
    def get(self) -> Any:
        """Read what one's own office says of itself"""
        return profiles.own_profile(session())

    @requires(Role.ADMIN)
    @operation("changeOffice")
    @blp.arguments(OfficeProfileSchema(partial=True))
    @blp.one(OfficeProfileSchema)
    def patch(self, values: dict[str, Any]) -> Any:
        """Change what one's own office says of itself

        The zone of the default office is a setting of the service. Mails that go out from then on have the new sender;
        nothing is sent again.
        """
        blp.check_etag(profiles.own_profile(session()), OfficeProfileSchema)
        return profiles.change_profile(session(), act(), values)
