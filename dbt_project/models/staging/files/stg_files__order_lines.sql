select
    order_line_id,
    order_id,
    product_id,
    quantity,
    currency,
    gross_amount,
    discount_amount,
    vat_amount,
    cost_amount,
    is_gift_card
from {{ source('raw_files', 'order_lines') }}
