# The dependencies of a build by crane, as a derivation of their own: it is made from the manifests alone, so an edit in src/
# does not change it. In the place of every crate of this tree crane puts an empty one, with a build script of its own. One of
# them has dependencies that use what it has, and is built with them: it stays as it is, or they would be built again.
{ craneLib }:
arguments:
let
  kept = "src/store/engine/postgres/no_roots";
in
craneLib.buildDepsOnly (
  arguments
  // {
    # crane's copies are read-only.
    extraDummyScript = ''
      rm -rf $out/${kept}
      cp -r ${../. + "/${kept}"} $out/${kept}
    '';
  }
)
