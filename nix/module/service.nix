# What the services have in common: their options, the settings as a file that the program itself has checked, files of
# the host as credentials, and the hardening.
{
  lib,
  pkgs,
  name,
  # The program, and what it is told to do.
  program ? name,
  verb ? "serve",
  package,
}:
let
  toml = pkgs.formats.toml { };
  # Where the program finds its copies of files.
  directory = "/run/${name}";
in
{
  inherit directory;

  options = {
    enable = lib.mkEnableOption name;
    package = lib.mkOption {
      type = lib.types.package;
      default = package;
      defaultText = "the flake's ${program}";
      description = "The package with `bin/${program}`.";
    };
    settings = lib.mkOption {
      inherit (toml) type;
      default = { };
      example.log.level = "warn";
      description = "The settings of docs/settings.md. A wrong one fails when the system is built.";
    };
    files = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      example."http.tls_key_file" = "/var/lib/acme/board.example.org/key.pem";
      description = ''
        Files of this machine that settings name, secret or not: by the setting, the file that root reads. The service gets
        copies at its start, and needs a restart to see a change.
      '';
    };
  };

  # For the options' values `cfg`, and `more` files by the name of their copy: how the program is called, the variables that
  # it is called with, and its unit.
  from =
    cfg: more:
    let
      credentials = cfg.files // more;
      environment = lib.mapAttrs' (setting: _: {
        name = "NATTER_${lib.toUpper (lib.replaceStrings [ "." ] [ "__" ] setting)}";
        value = "${directory}/${setting}";
      }) cfg.files;
      written = toml.generate "${name}.toml" cfg.settings;
      checked = pkgs.runCommand "${name}-checked.toml" environment ''
        ${cfg.package}/bin/${program} --config ${written} settings > /dev/null
        cp ${written} $out
      '';
      command = "${cfg.package}/bin/${program} --config ${checked}";
    in
    {
      inherit command environment;
      unit = {
        wantedBy = [ "multi-user.target" ];
        wants = [ "network-online.target" ];
        after = [ "network-online.target" ];
        serviceConfig =
          import ./hardening.nix
          // {
            ExecStart = "${command} ${verb}";
            Restart = "on-failure";
            RestartSec = 1;
            # Longer than http.shutdown_seconds.
            TimeoutStopSec = 30;
            RuntimeDirectory = name;
            RuntimeDirectoryMode = "0700";
            LimitNOFILE = 65536;
          }
          // lib.optionalAttrs (credentials != { }) {
            LoadCredential = lib.mapAttrsToList (file: from: "${file}:${from}") credentials;
            # A credential can be root's file with an access list, which the programs refuse as open to a group: the copy is
            # the service's own, and nobody else's.
            ExecStartPre = "${pkgs.coreutils}/bin/install --mode=0400 --target-directory=${directory} ${
              lib.concatMapStringsSep " " (file: "%d/${file}") (lib.attrNames credentials)
            }";
          };
      };
    };
}
