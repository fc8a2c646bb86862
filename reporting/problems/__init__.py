"""Problems: what stands in the way of a measure, and later of a project; closed only when somebody has verified it."""
