"""rooms and bookings"""
import sqlalchemy as sa
from alembic import op

revision = "1f0a"
down_revision = None


def upgrade():
    op.create_table(
        "rooms",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("room_id", sa.Integer, sa.ForeignKey("rooms.id"), nullable=False),
        sa.Column("guest", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("nights", sa.Integer, nullable=False),
    )


def downgrade():
    op.drop_table("bookings")
    op.drop_table("rooms")
