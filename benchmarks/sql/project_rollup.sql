-- What the stored project cells of a day must be, as one plain statement over the base table.
-- The engine is measured against it; it is not changed when the engine is.
INSERT INTO benchmark_projectrollup (
    plan_id, city_id, category, stage, total, investment, as_of, computed_at, run_id
)
SELECT plan_id, city_id, category, stage, count(*), sum(investment_wan), %(day)s, %(now)s, %(run)s
FROM projects_project
WHERE listed_on <= %(day)s
GROUP BY plan_id, city_id, category, stage
ON CONFLICT (plan_id, city_id, category, stage) DO UPDATE SET
    total = EXCLUDED.total,
    investment = EXCLUDED.investment,
    as_of = EXCLUDED.as_of,
    computed_at = EXCLUDED.computed_at,
    run_id = EXCLUDED.run_id
