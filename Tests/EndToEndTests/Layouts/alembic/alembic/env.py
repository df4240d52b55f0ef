import os
from logging.config import fileConfig

from alembic import context
from sqlalchemy import create_engine, pool

config = context.config
fileConfig(config.config_file_name)


def database_url():
    return os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)


with create_engine(database_url(), poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, target_metadata=None, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
