# A stand-in for the functions of crane that the flake calls. As with crane, the dependencies are built from the manifests
# and the lock file, and from no other source.
{
  outputs = _: {
    mkLib =
      pkgs:
      let
        manifests =
          source:
          map (path: builtins.path { inherit path; name = "manifest"; }) (
            builtins.filter (path: builtins.match "Cargo\\.(toml|lock)" (baseNameOf path) != null) source.paths
          );
        command = name: arguments: pkgs.derive "${arguments.pname}-${name}" arguments;
      in
      {
        # crane makes every crate of the tree empty; what dependencies are built with has to be put back whole: a copy of
        # its manifest or its library alone makes another crate of it.
        buildDepsOnly =
          arguments:
          assert builtins.match "rm -rf .*/no_roots\ncp -r .*-no_roots .*/no_roots\n" (arguments.extraDummyScript or "") != null;
          command "deps" (arguments // { src = manifests arguments.src; });
        buildPackage =
          arguments: pkgs.derive arguments.pname arguments // { inherit (arguments) cargoArtifacts; };
        cargoClippy = command "clippy";
        cargoFmt = command "fmt";
        cargoTest = command "test";
      };
  };
}
