# services.natter.api: the API, with its data in /var/lib/natter-api.
{ packages }:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  name = "natter-api";
  cfg = config.services.natter.api;
  service = import ./service.nix {
    inherit lib pkgs name;
    package = packages.${pkgs.stdenv.hostPlatform.system}.natter-api;
  };
  home = "/var/lib/${name}";
  rings = lib.optionalAttrs (cfg.keysDirectory != null) (
    import ./key-rings.nix { inherit lib; } cfg.keysDirectory (
      lib.optional ((cfg.settings.preview.image_url or "") != "") "image"
    )
  );
  natter = service.from cfg rings;
  environment =
    natter.environment
    // lib.optionalAttrs (rings != { }) { NATTER_KEYS__DIRECTORY = service.directory; };
  # `natter-api admin …` beside the running server, with its settings, files and user.
  command = pkgs.writeShellScriptBin name ''
    cd ${home} && exec ${pkgs.util-linux}/bin/runuser -u ${name} -- ${pkgs.coreutils}/bin/env \
      ${lib.concatStringsSep " " (lib.mapAttrsToList (variable: value: "${variable}=${value}") environment)} \
      ${natter.command} "$@"
  '';
in
{
  options.services.natter.api = service.options // {
    keysDirectory = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      example = "/run/keys/natter";
      description = ''
        A directory of this machine with the key rings, which root reads. Without it the service makes and keeps them
        in ${home}/data/keys.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    # A link-preview worker on this machine is the one that is asked.
    services.natter.api.settings = lib.mkIf config.services.natter.preview.enable {
      preview.service_url = lib.mkDefault "http://127.0.0.1:4569";
    };
    users.users.${name} = {
      isSystemUser = true;
      group = name;
    };
    users.groups.${name} = { };
    environment.systemPackages = [ command ];
    systemd.services.${name} = natter.unit // {
      inherit environment;
      description = "Natter, a secure message board: the API";
      serviceConfig = natter.unit.serviceConfig // {
        User = name;
        Group = name;
        StateDirectory = name;
        StateDirectoryMode = "0700";
        WorkingDirectory = home;
      };
    };
  };
}
