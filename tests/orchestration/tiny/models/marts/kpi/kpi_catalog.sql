select
    kpi_id,
    cast(1 as bigint) as kpi_version,
    label,
    stage,
    class,
    unit,
    direction
from (
    values
    ('orders', 'Orders', 'conversion', 'operational', 'count', 'higher_better'),
    ('web_sessions', 'Sessions', 'awareness', 'operational', 'count', 'higher_better'),
    ('cvr_session', 'Conversion rate', 'conversion', 'tactical', 'ratio', 'higher_better')
) as kpis (kpi_id, label, stage, class, unit, direction)
