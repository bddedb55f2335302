# CycloneDX of the crates that `rust-audit-info` reads from a program: what is built in, and what it was built with.
{
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: { component: { type: "application", name: $name } },
  components: [
    .packages[]
    | select(.root | not)
    | {
        type: "library",
        name,
        version,
        purl: "pkg:cargo/\(.name)@\(.version)",
        scope: (if (.kind // "runtime") == "runtime" then "required" else "excluded" end)
      }
  ]
}
