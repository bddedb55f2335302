# The image of one program, with the settings of images.json: a docker-archive, and beside it (`layout`) the same as an
# OCI layout, whose digest registries use.
{
  pkgs,
  name,
  program,
}:
let
  inherit (pkgs) lib;
  settings = builtins.fromJSON (builtins.readFile ./images.json);
  image = settings.images.${name};
  archive = pkgs.dockerTools.buildLayeredImage {
    inherit name;
    inherit (settings) tag created;
    compressor = "none";
    config = image.config // {
      Labels = image.annotations;
    };
    # Copied, so that the image holds no path of the store.
    extraCommands = ''
      install -D -m 755 ${program}/bin/${name} bin/${name}
      install -D -m 644 ${pkgs.cacert}/etc/ssl/certs/ca-bundle.crt etc/ssl/certs/ca-certificates.crt
    '';
    fakeRootCommands = lib.concatStrings (
      lib.mapAttrsToList (path: mode: ''
        install -d -m ${mode} -o ${toString settings.uid} -g ${toString settings.uid} ${path}
      '') image.own
    );
  };
  layout = pkgs.runCommand "${name}-oci" { nativeBuildInputs = [ pkgs.skopeo ]; } ''
    skopeo --insecure-policy --tmpdir "$TMPDIR" copy docker-archive:${archive} oci:$out:${settings.tag}
  '';
in
archive.overrideAttrs (old: {
  passthru = (old.passthru or { }) // {
    inherit layout;
  };
})
