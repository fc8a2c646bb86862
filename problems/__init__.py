"""Problems: what stands in the way of a measure or a project; closed only when somebody has verified it."""
