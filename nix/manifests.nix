# What production's overlay renders, with the digests of the images that this flake builds. (Development's is rendered by
# kubectl, since its secrets are files of one cluster.)
{
  pkgs,
  images,
  registry ? "registry.example.org/natter",
}:
let
  inherit (pkgs) lib;
  src = lib.fileset.toSource {
    root = ../kustomize;
    fileset = ../kustomize;
  };
in
pkgs.runCommand "natter-manifests"
  {
    nativeBuildInputs = [
      pkgs.kustomize
      pkgs.jq
    ];
  }
  ''
    cp -r ${src} kustomize
    chmod -R u+w kustomize
    cd kustomize/overlays/prod
    ${lib.concatStrings (
      lib.mapAttrsToList (name: layout: ''
        digest=$(jq -r '.manifests[0].digest' ${layout}/index.json)
        kustomize edit set image ${name}=${registry}/${name}@$digest
      '') images
    )}
    mkdir $out
    kustomize build . > $out/prod.yaml
    named=$(sed -nE 's/^ *(- )?image(Name)?: //p' $out/prod.yaml | sort -u)
    # CloudNativePG's image is named by its digest as well, and is not built here.
    if grep -v '@sha256:[0-9a-f]\{64\}$' <<< "$named" || grep '/natter/.*@sha256:0*$' <<< "$named"; then
      echo "these images of production have no digest, or are not built here" >&2
      exit 1
    fi
  ''
