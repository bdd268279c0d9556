select
    refund_line_id,
    refund_id,
    order_id,
    order_line_id,
    refunded_at,
    quantity,
    currency,
    refund_amount,
    vat_amount
from {{ source('raw_files', 'refunds') }}
