-- What the stored project cells of a day must be, as one plain statement over the base tables (ADR 22).
-- The engine is measured against it; it is not changed when the engine is. `month` is the first day of the newest month
-- that ended by the day, `january` and `december` the first and the last day of its year.
WITH left_or_returned AS (
    SELECT DISTINCT ON (change.project_id) change.project_id, change.kind
    FROM projects_scopechange AS change
    WHERE change.effective_on <= %(day)s
    ORDER BY change.project_id, change.effective_on DESC, change.recorded_at DESC, change.id DESC
),
in_force AS (
    SELECT DISTINCT ON (month.project_id)
        month.project_id, month.period, month.stage, month.started_on, month.invested_wan
    FROM projects_projectmonth AS month
    WHERE month.state = 'accepted' AND month.period <= %(month)s
    ORDER BY month.project_id, month.period DESC, month.submitted_on DESC, month.submitted_at DESC NULLS LAST,
        month.id DESC
),
known AS (
    SELECT
        project.*,
        coalesce(in_force.stage, project.opening_stage) AS stage,
        in_force.period,
        in_force.invested_wan,
        annual_plan.planned_wan,
        project.project_class = 'reserve' AS is_reserve,
        in_force.started_on IS NOT NULL
            OR coalesce(in_force.stage, project.opening_stage) IN ('under_construction', 'completed', 'in_production')
            AS has_started
    FROM projects_project AS project
    LEFT JOIN in_force ON in_force.project_id = project.id
    LEFT JOIN projects_annualplan AS annual_plan
        ON annual_plan.project_id = project.id AND annual_plan.year = extract(YEAR FROM %(month)s::date)
    WHERE project.listed_on <= %(day)s
      AND NOT EXISTS (
          SELECT FROM left_or_returned
          WHERE left_or_returned.project_id = project.id AND left_or_returned.kind = 'withdrawn'
      )
)
INSERT INTO benchmark_projectrollup (
    plan_id, city_id, category_id, stage, total, investment, started, to_start, planned, invested, without_month,
    illustrative, as_of, computed_at, run_id
)
SELECT
    plan_id,
    city_id,
    category_id,
    stage,
    count(*),
    sum(investment_wan),
    count(*) FILTER (WHERE NOT is_reserve AND has_started),
    count(*) FILTER (WHERE NOT is_reserve AND NOT has_started AND planned_start_on <= %(december)s),
    coalesce(sum(planned_wan), 0),
    coalesce(sum(invested_wan) FILTER (WHERE period >= %(january)s), 0),
    count(*) FILTER (WHERE period IS DISTINCT FROM %(month)s),
    count(*) FILTER (WHERE 'illustrative' IN (provenance, investment_provenance)),
    %(day)s,
    %(now)s,
    %(run)s
FROM known
GROUP BY plan_id, city_id, category_id, stage
ON CONFLICT (plan_id, city_id, category_id, stage) DO UPDATE SET
    total = EXCLUDED.total,
    investment = EXCLUDED.investment,
    started = EXCLUDED.started,
    to_start = EXCLUDED.to_start,
    planned = EXCLUDED.planned,
    invested = EXCLUDED.invested,
    without_month = EXCLUDED.without_month,
    illustrative = EXCLUDED.illustrative,
    as_of = EXCLUDED.as_of,
    computed_at = EXCLUDED.computed_at,
    run_id = EXCLUDED.run_id
