-- The checks to make for each proposal, in order: those of the data, then those of its signal. A signal that lists a kind
-- of data check itself has it where it says. A cell is split no further, so only its own set is asked which moved most.
with proposals as (
    select * from {{ ref('kpi_proposals') }}
),

checks as (
    select * from {{ ref('action_checks') }}
),

final as (
    select
        proposals.*,
        checks.check_no,
        checks.label,
        checks.kind,
        checks.kpi_id as checked_kpi_id,
        checks.segment_set as checked_set,
        checks.note,
        checks.action as first_action
    from proposals
    inner join checks on checks.signal_id in (proposals.signal_id, '*')
    left join checks as own
        on own.signal_id = proposals.signal_id
        and own.kind = checks.kind
        and checks.signal_id = '*'
    where own.signal_id is null
        and (checks.kind <> 'segments' or proposals.segment_set in ('total', checks.segment_set))
)

select * from final
