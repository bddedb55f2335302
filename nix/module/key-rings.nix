# The files of the key rings in a directory, by their names; `more` kinds beside those that are always there.
{ lib }:
directory: more:
lib.genAttrs (map (kind: "${kind}.keys") (
  [
    "session"
    "capability"
    "row"
    "name"
    "audit"
    "checkpoint"
    "idempotency"
  ]
  ++ more
)) (file: "${directory}/${file}")
