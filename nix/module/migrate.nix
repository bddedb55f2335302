# services.natter.migrate: the schema of PostgreSQL, brought up to date before the API of each new version.
{ packages }:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  job = import ./job.nix {
    inherit
      packages
      config
      lib
      pkgs
      ;
    verb = "migrate";
  };
in
{
  options.services.natter.migrate = job.options;

  config = lib.mkIf config.services.natter.migrate.enable {
    assertions = [ job.assertion ];
    systemd.services.${job.name} =
      let
        unit = job.unit { } { };
      in
      unit
      // {
        description = "Natter, a secure message board: its schema";
        # The API waits for it once; if it fails, the API says by itself that the schema is old, and answers nothing.
        before = [ "natter-api.service" ];
        serviceConfig = unit.serviceConfig // {
          RemainAfterExit = true;
        };
      };
  };
}
