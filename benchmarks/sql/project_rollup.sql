-- What the stored project cells of a day must be, as one plain statement over the base tables.
-- The engine is measured against it; it is not changed when the engine is.
WITH left_or_returned AS (
    SELECT DISTINCT ON (change.project_id) change.project_id, change.kind
    FROM projects_scopechange AS change
    WHERE change.effective_on <= %(day)s
    ORDER BY change.project_id, change.effective_on DESC, change.recorded_at DESC, change.id DESC
)
INSERT INTO benchmark_projectrollup (
    plan_id, city_id, category_id, stage, total, investment, as_of, computed_at, run_id
)
SELECT plan_id, city_id, category_id, stage, count(*), sum(investment_wan), %(day)s, %(now)s, %(run)s
FROM projects_project AS project
WHERE listed_on <= %(day)s
  AND NOT EXISTS (
      SELECT FROM left_or_returned
      WHERE left_or_returned.project_id = project.id AND left_or_returned.kind = 'withdrawn'
  )
GROUP BY plan_id, city_id, category_id, stage
ON CONFLICT (plan_id, city_id, category_id, stage) DO UPDATE SET
    total = EXCLUDED.total,
    investment = EXCLUDED.investment,
    as_of = EXCLUDED.as_of,
    computed_at = EXCLUDED.computed_at,
    run_id = EXCLUDED.run_id
