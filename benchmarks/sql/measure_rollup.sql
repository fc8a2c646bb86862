-- What the stored measure cells of a day must be, as one plain statement over the base tables.
-- The engine is measured against it; it is not changed when the engine is.
WITH in_force AS (
    SELECT DISTINCT ON (change.measure_id) change.measure_id, change.status, change.provenance
    FROM measures_statuschange AS change
    WHERE change.effective_on <= %(day)s
      AND NOT EXISTS (SELECT FROM measures_statuschange AS correction WHERE correction.supersedes_id = change.id)
    ORDER BY change.measure_id, change.effective_on DESC, change.recorded_at DESC, change.id DESC
),
last_report AS (
    SELECT report.measure_id, max(report.submitted_on) AS submitted_on,
        bool_or(report.provenance = 'illustrative') AS is_illustrative
    FROM measures_report AS report
    WHERE report.state = 'accepted' AND report.submitted_on <= %(day)s
    GROUP BY report.measure_id
),
left_or_returned AS (
    SELECT DISTINCT ON (change.measure_id) change.measure_id, change.kind
    FROM measures_scopechange AS change
    WHERE change.effective_on <= %(day)s
    ORDER BY change.measure_id, change.effective_on DESC, change.recorded_at DESC, change.id DESC
),
judged AS (
    SELECT
        section.plan_id,
        measure.section_id,
        measure.lead_department_id,
        measure.due_on,
        in_force.status,
        CASE
            WHEN in_force.status = 'completed' THEN 'green'
            WHEN measure.due_on < %(day)s THEN 'red'
            WHEN measure.due_on <= %(day)s + %(due_soon)s::integer AND in_force.status = 'promoting' THEN 'yellow'
            WHEN %(day)s - greatest(measure.listed_on, last_report.submitted_on, plan.first_reporting_month) > %(silent)s
                THEN 'yellow'
            ELSE 'green'
        END AS light,
        'illustrative' IN (measure.provenance, measure.lead_provenance, in_force.provenance)
            OR coalesce(last_report.is_illustrative, FALSE) AS is_illustrative
    FROM measures_measure AS measure
    JOIN measures_section AS section ON section.id = measure.section_id
    JOIN measures_plan AS plan ON plan.id = section.plan_id
    JOIN in_force ON in_force.measure_id = measure.id
    LEFT JOIN last_report ON last_report.measure_id = measure.id
    WHERE measure.listed_on <= %(day)s
      AND NOT EXISTS (
          SELECT FROM left_or_returned
          WHERE left_or_returned.measure_id = measure.id AND left_or_returned.kind IN ('suspended', 'withdrawn')
      )
)
INSERT INTO benchmark_measurerollup (
    plan_id, section_id, lead_department_id,
    total, promoting, in_progress, completed, due, green, yellow, red, illustrative,
    as_of, computed_at, run_id
)
SELECT
    plan_id,
    section_id,
    lead_department_id,
    count(*),
    count(*) FILTER (WHERE status = 'promoting'),
    count(*) FILTER (WHERE status = 'in_progress'),
    count(*) FILTER (WHERE status = 'completed'),
    count(*) FILTER (WHERE due_on <= %(day)s),
    count(*) FILTER (WHERE light = 'green'),
    count(*) FILTER (WHERE light = 'yellow'),
    count(*) FILTER (WHERE light = 'red'),
    count(*) FILTER (WHERE is_illustrative),
    %(day)s,
    %(now)s,
    %(run)s
FROM judged
GROUP BY plan_id, section_id, lead_department_id
ON CONFLICT (plan_id, section_id, lead_department_id) DO UPDATE SET
    total = EXCLUDED.total,
    promoting = EXCLUDED.promoting,
    in_progress = EXCLUDED.in_progress,
    completed = EXCLUDED.completed,
    due = EXCLUDED.due,
    green = EXCLUDED.green,
    yellow = EXCLUDED.yellow,
    red = EXCLUDED.red,
    illustrative = EXCLUDED.illustrative,
    as_of = EXCLUDED.as_of,
    computed_at = EXCLUDED.computed_at,
    run_id = EXCLUDED.run_id
