"""index of bookings"""
from alembic import op

revision = "2c7d"
down_revision = "1f0a"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("bookings_room_idx", "bookings", ["room_id", "starts_on"], postgresql_concurrently=True)


def downgrade():
    op.drop_index("bookings_room_idx")
