# services.natter.retention: what is past its time is removed from PostgreSQL, by the clock. (With SQLite the API does so.)
{ packages }:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (config.services.natter) api;
  cfg = config.services.natter.retention;
  job = import ./job.nix {
    inherit
      packages
      config
      lib
      pkgs
      ;
    verb = "retention";
  };
in
{
  options.services.natter.retention = job.options // {
    calendar = lib.mkOption {
      type = lib.types.str;
      default = "hourly";
      description = "When, as systemd.time(7) says it.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [ job.assertion ];
    systemd.services.${job.name} =
      job.unit { retention = api.settings.retention or { }; } (
        # It signs for what it removes.
        import ./key-rings.nix { inherit lib; } (
          if api.keysDirectory != null then api.keysDirectory else "/var/lib/natter-api/data/keys"
        ) [ ]
      )
      // {
        description = "Natter, a secure message board: the removal of what is past its time";
        wantedBy = [ ];
      };
    systemd.timers.${job.name} = {
      wantedBy = [ "timers.target" ];
      timerConfig = {
        OnCalendar = cfg.calendar;
        RandomizedDelaySec = 300;
        Persistent = true;
      };
    };
  };
}
