-- The channels, in their order on a page.
select
    channel,
    label,
    is_paid,
    sort_order
from {{ ref('channels') }}
