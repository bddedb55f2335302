# What each image is made of, as CycloneDX: of a program the crates that it says itself, of the database the paths of the
# store that are in its image.
{
  pkgs,
  programs,
}:
let
  inherit (pkgs) lib;
  contents = import ./database/contents.nix { inherit pkgs; };
in
pkgs.runCommand "natter-sbom"
  {
    nativeBuildInputs = [
      pkgs.jq
      pkgs.rust-audit-info
    ];
  }
  ''
    mkdir $out
    ${lib.concatStrings (
      lib.mapAttrsToList (name: program: ''
        rust-audit-info ${program}/bin/${name} | jq --arg name ${name} --from-file ${./sbom.jq} > $out/${name}.cdx.json
      '') programs
    )}
    jq --raw-input --null-input '{
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      version: 1,
      metadata: { component: { type: "application", name: "natter-database" } },
      components: [inputs | { type: "library", name: sub("^/nix/store/[0-9a-z]{32}-"; ""), "bom-ref": . }]
    }' ${pkgs.closureInfo { rootPaths = lib.attrValues contents; }}/store-paths > $out/natter-database.cdx.json
  ''
