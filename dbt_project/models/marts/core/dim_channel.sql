-- The channels, in their order on a page.
select
    channel,
    label,
    is_paid,
    is_marketing,
    sort_order
from {{ ref('channels') }}
