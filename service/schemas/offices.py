"""What an office says of itself as JSON."""

from models.both_sides.office_profiles import OfficeProfile
from service.schemas.rows import RowSchema


class OfficeProfileSchema(RowSchema):
    """One's own office; what is null is as the service's settings and the office's locality say.

    `mail_address` stands in `Reply-To` of its mails, and in `From` where the operator sends for its domain.
    """

    class Meta:
        model = OfficeProfile
        exclude = ("created_at", "updated_at", "ended_at")
        dump_only = ("code", "began_at")
