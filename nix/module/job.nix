# A command of the API that runs to its end, on PostgreSQL: with the settings of the API, and a role and a password that the
# API does not have.
{
  packages,
  config,
  lib,
  pkgs,
  verb,
}:
let
  name = "natter-${verb}";
  role = "natter_${verb}";
  inherit (config.services.natter) api;
  cfg = config.services.natter.${verb};
  service = import ./service.nix {
    inherit
      lib
      pkgs
      name
      verb
      ;
    program = "natter-api";
    package = packages.${pkgs.stdenv.hostPlatform.system}.natter-api;
  };
in
{
  inherit name;

  options = {
    enable = lib.mkEnableOption name;
    url = lib.mkOption {
      type = lib.types.str;
      default = lib.replaceStrings [ "//natter_api_user@" ] [ "//${role}@" ] (api.settings.database.url or "");
      defaultText = "the API's, with ${role}";
      description = "The database, with the role ${role}.";
    };
    passwordFile = lib.mkOption {
      type = lib.types.str;
      example = "/run/keys/${role}";
      description = "The file of this machine with that role's password, which root reads.";
    };
    files = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = lib.filterAttrs (setting: _: setting == "database.ca_file") api.files;
      defaultText = "the API's database.ca_file";
      description = "Further files of this machine that settings name, as for the API.";
    };
  };

  assertion = {
    assertion = lib.hasPrefix "postgres" cfg.url && lib.hasInfix "//${role}@" cfg.url;
    message = "services.natter.${verb}.url has to name PostgreSQL and the role ${role}, as in postgres://${role}@db.example.org/natter";
  };

  # Its unit, with `more` settings, and `files` by the name of their copy.
  unit =
    more: files:
    let
      natter = service.from {
        inherit (api) package;
        settings = more // {
          database = (api.settings.database or { }) // {
            inherit (cfg) url;
          };
        };
        files = cfg.files // {
          "database.password_file" = cfg.passwordFile;
        };
      } files;
    in
    natter.unit
    // {
      environment = natter.environment // lib.optionalAttrs (files != { }) { NATTER_KEYS__DIRECTORY = service.directory; };
      serviceConfig = natter.unit.serviceConfig // {
        Type = "oneshot";
        DynamicUser = true;
        # A database that is not there yet.
        RestartSec = 30;
      };
    };
}
