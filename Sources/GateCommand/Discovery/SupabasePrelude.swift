/// What a database of Supabase has before the first migration, as far as policies and foreign keys need it.
enum SupabasePrelude {
  static let roles = ["anon", "authenticated", "service_role"]

  static let fileName = "supabase.sql"

  static let text = """
    -- A starter: what Supabase's database has before the first migration, as far as most policies and foreign keys need
    -- it. It is yours: add what your migrations use beyond it. The roles come from roles: of the manifest.
    CREATE SCHEMA auth;
    CREATE SCHEMA extensions;
    CREATE EXTENSION pgcrypto SCHEMA extensions;
    CREATE EXTENSION "uuid-ossp" SCHEMA extensions;

    CREATE TABLE auth.users (
      id uuid PRIMARY KEY,
      instance_id uuid,
      aud varchar(255),
      role varchar(255),
      email varchar(255),
      phone text UNIQUE,
      encrypted_password varchar(255),
      raw_app_meta_data jsonb,
      raw_user_meta_data jsonb,
      is_super_admin boolean,
      is_sso_user boolean NOT NULL DEFAULT false,
      is_anonymous boolean NOT NULL DEFAULT false,
      created_at timestamptz,
      updated_at timestamptz,
      deleted_at timestamptz,
      banned_until timestamptz,
      invited_at timestamptz,
      last_sign_in_at timestamptz,
      email_confirmed_at timestamptz,
      phone_confirmed_at timestamptz,
      confirmed_at timestamptz GENERATED ALWAYS AS (least(email_confirmed_at, phone_confirmed_at)) STORED,
      confirmation_token varchar(255),
      confirmation_sent_at timestamptz,
      recovery_token varchar(255),
      recovery_sent_at timestamptz,
      reauthentication_token varchar(255),
      reauthentication_sent_at timestamptz,
      email_change varchar(255),
      email_change_token_new varchar(255),
      email_change_token_current varchar(255),
      email_change_confirm_status smallint,
      email_change_sent_at timestamptz,
      phone_change text,
      phone_change_token varchar(255),
      phone_change_sent_at timestamptz
    );
    CREATE UNIQUE INDEX users_email_idx ON auth.users (email);

    CREATE TABLE auth.identities (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
      provider text NOT NULL,
      provider_id text NOT NULL,
      identity_data jsonb NOT NULL,
      email text GENERATED ALWAYS AS (lower(identity_data ->> 'email')) STORED,
      last_sign_in_at timestamptz,
      created_at timestamptz,
      updated_at timestamptz,
      UNIQUE (provider_id, provider)
    );
    CREATE INDEX identities_user_id_idx ON auth.identities (user_id);

    -- The user of a query is the claim 'sub' in its session: settings: {request.jwt.claims: '{"sub": "…"}'}.
    CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS
      $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
    CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS
      $$ SELECT (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
    CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS
      $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role' $$;
    CREATE FUNCTION auth.email() RETURNS text LANGUAGE sql STABLE AS
      $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email' $$;

    GRANT USAGE ON SCHEMA public, auth, extensions TO anon, authenticated, service_role;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO anon, authenticated, service_role;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON FUNCTIONS TO anon, authenticated, service_role;

    """
}
