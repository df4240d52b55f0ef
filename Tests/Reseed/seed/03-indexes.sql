create index venue_city_idx on catalog.venue (city_id);
create index venue_place_idx on catalog.venue using gist (place);
create index artist_name_idx on catalog.artist (name text_pattern_ops);
create index artist_genres_idx on catalog.artist using gin (genres);
create index show_artist_starts_idx on catalog.show (artist_id, starts_at);
create index show_venue_starts_idx on catalog.show (venue_id, starts_at);
create index show_starts_idx on catalog.show (starts_at) include (title);
create index show_genre_status_idx on catalog.show (genre, status);
create index show_on_sale_idx on catalog.show using gist (on_sale);
create index show_labels_idx on catalog.show using gin (labels);
create index show_details_idx on catalog.show using gin (details jsonb_path_ops);
create index show_promoter_idx on catalog.show ((details ->> 'promoter'));
create index show_support_idx on catalog.show (support_artist_id) where support_artist_id is not null;

create unique index customer_email_key on sales.customer (lower(email));
create index customer_email_prefix_idx on sales.customer (lower(email) text_pattern_ops);
create index customer_name_idx on sales.customer (name text_pattern_ops);
create index customer_city_idx on sales.customer (city_id);
create index customer_joined_idx on sales.customer (joined_on);
create index customer_referred_idx on sales.customer (referred_by) where referred_by is not null;
create index customer_deleted_idx on sales.customer (deleted_at) where deleted_at is not null;

create index purchase_customer_idx on sales.purchase (customer_id, placed_at);
create index purchase_show_idx on sales.purchase (show_id) include (amount_cents);
create index purchase_placed_idx on sales.purchase (placed_at);
create index purchase_coupon_idx on sales.purchase (coupon) where coupon is not null;
create index purchase_pending_idx on sales.purchase (placed_at) where status = 'pending';
create index purchase_country_status_idx on sales.purchase (country, status, placed_at);

create index ticket_purchase_idx on sales.ticket (purchase_id);
create index ticket_show_state_idx on sales.ticket (show_id, state);
create unique index ticket_barcode_key on sales.ticket (barcode);
create index ticket_scanned_idx on sales.ticket using brin (scanned_at) with (pages_per_range = 16);
create index ticket_tier_idx on sales.ticket (price_tier_id);

create index payment_purchase_idx on sales.payment (purchase_id);
create index payment_paid_idx on sales.payment (paid_at);
create index payment_reference_idx on sales.payment using hash (reference);

create index page_view_viewed_idx on web.page_view (viewed_at);
create index page_view_show_idx on web.page_view (show_id, viewed_at);
create index page_view_customer_idx on web.page_view (customer_id, viewed_at) where customer_id is not null;
create index page_view_properties_idx on web.page_view using gin (properties jsonb_path_ops);

create index review_words_idx on web.review using gin (words);
create index review_show_idx on web.review (show_id, stars);
create index review_customer_idx on web.review (customer_id);
create index follow_artist_idx on web.follow (artist_id);
create index hold_during_idx on web.hold using gist (during);
create index hold_show_idx on web.hold (show_id);
create index hold_seats_idx on web.hold using spgist (seats);

create statistics sales.purchase_place (dependencies, mcv) on country, currency from sales.purchase;

alter table catalog.venue add foreign key (city_id) references catalog.city;
alter table catalog.show add foreign key (artist_id) references catalog.artist, add foreign key (venue_id) references catalog.venue;
alter table catalog.price_tier add foreign key (show_id) references catalog.show;
alter table sales.customer add foreign key (city_id) references catalog.city;
alter table sales.purchase
  add foreign key (customer_id) references sales.customer, add foreign key (show_id) references catalog.show;
alter table sales.ticket
  add foreign key (purchase_id) references sales.purchase on delete cascade,
  add foreign key (price_tier_id) references catalog.price_tier;
alter table sales.payment add foreign key (purchase_id) references sales.purchase;

create view sales.show_sales as
select show_id, count(*) as tickets, sum(price_cents) as revenue_cents
from sales.ticket where state in ('valid', 'used') group by show_id;

create materialized view catalog.artist_figures as
select artist_id, count(*) as shows, min(starts_at) as first_at, max(starts_at) as last_at
from catalog.show where status <> 'cancelled' group by artist_id order by artist_id;
create unique index artist_figures_key on catalog.artist_figures (artist_id);

-- The desk sees the purchases of one country.
grant usage on schema catalog, sales to desk;
grant select on all tables in schema catalog, sales to desk;
alter table sales.purchase enable row level security;
create policy own_country on sales.purchase to desk using (country = current_setting('desk.country'));
