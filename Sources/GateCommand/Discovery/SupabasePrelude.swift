/// What a database of Supabase has before the first migration, as far as policies and foreign keys need it.
enum SupabasePrelude {
  static let roles = ["anon", "authenticated", "service_role"]

  static let fileName = "supabase.sql"

  static let text = """
    -- A starter: what Supabase's database has before the first migration, as far as most policies and foreign keys need
    -- it. It is yours: add what your migrations use beyond it. The roles come from roles: of the manifest.
    CREATE SCHEMA auth;
    CREATE SCHEMA extensions;

    CREATE TABLE auth.users (
      id uuid PRIMARY KEY,
      email varchar(255) UNIQUE,
      phone text UNIQUE,
      encrypted_password varchar(255),
      raw_app_meta_data jsonb,
      raw_user_meta_data jsonb,
      is_anonymous boolean NOT NULL DEFAULT false,
      email_confirmed_at timestamptz,
      last_sign_in_at timestamptz,
      created_at timestamptz,
      updated_at timestamptz,
      deleted_at timestamptz,
      -- What rows of a seed for the local Supabase also name.
      instance_id uuid,
      aud varchar(255),
      role varchar(255),
      confirmation_token varchar(255),
      recovery_token varchar(255),
      email_change_token_new varchar(255),
      email_change varchar(255)
    );

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
