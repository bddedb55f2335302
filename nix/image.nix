# One image, with the settings of images.json: a docker-archive, and beside it (`layout`) the same as an OCI layout, whose
# digest registries use. `files` is a script that puts its files into the current directory.
{
  pkgs,
  name,
  files,
}:
let
  inherit (pkgs) lib;
  settings = builtins.fromJSON (builtins.readFile ./images.json);
  image = settings.images.${name};
  archive = pkgs.dockerTools.buildLayeredImage {
    inherit name;
    inherit (settings) tag created;
    compressor = "none";
    # What is not among the files is not in the image.
    includeStorePaths = false;
    config = image.config // {
      Labels = image.annotations;
    };
    extraCommands = files;
    fakeRootCommands = lib.concatStrings (
      lib.mapAttrsToList (path: mode: ''
        install -d -m ${mode} -o ${toString settings.uid} -g ${toString settings.uid} ${path}
      '') image.own
    );
  };
  layout =
    pkgs.runCommand "${name}-oci"
      {
        nativeBuildInputs = [
          pkgs.skopeo
          pkgs.umoci
        ];
      }
      ''
        skopeo --insecure-policy --tmpdir "$TMPDIR" copy docker-archive:${archive} oci:$out:${settings.tag}
        # A docker-archive has no place for annotations.
        umoci config --image $out:${settings.tag} --no-history --created ${settings.created} ${
          lib.escapeShellArgs (
            lib.mapAttrsToList (key: value: "--manifest.annotation=${key}=${value}") image.annotations
          )
        }
        umoci gc --layout $out
      '';
in
archive.overrideAttrs (old: {
  passthru = (old.passthru or { }) // {
    inherit layout;
  };
})
