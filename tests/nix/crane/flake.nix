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
        # crane leaves read-only files, so a script has to write over them by force.
        buildDepsOnly =
          arguments:
          assert builtins.match "cp [^-].*" (arguments.extraDummyScript or "") == null;
          command "deps" (arguments // { src = manifests arguments.src; });
        buildPackage =
          arguments: pkgs.derive arguments.pname arguments // { inherit (arguments) cargoArtifacts; };
        cargoClippy = command "clippy";
        cargoFmt = command "fmt";
        cargoTest = command "test";
      };
  };
}
