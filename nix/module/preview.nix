# services.natter.preview: the link-preview worker, which keeps nothing and is nobody.
{ packages }:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  name = "natter-preview";
  cfg = config.services.natter.preview;
  service = import ./service.nix {
    inherit lib pkgs name;
    package = packages.${pkgs.stdenv.hostPlatform.system}.natter-preview;
  };
  natter = service.from cfg { };
in
{
  options.services.natter.preview = service.options // {
    allowedAddresses = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      example = [ "10.0.0.53" ];
      description = ''
        Addresses that are not public and that the worker may speak with beside this machine's: a name server, an API
        elsewhere. The worker itself never fetches from them.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.services.${name} = natter.unit // {
      inherit (natter) environment;
      description = "Natter, a secure message board: the link-preview worker";
      serviceConfig = natter.unit.serviceConfig // {
        DynamicUser = true;
        # The second guard, by the kernel: the worker judges every address by itself. This machine's own are open, for
        # the API and a resolver are there.
        IPAddressAllow = [ "localhost" ] ++ cfg.allowedAddresses;
        IPAddressDeny = [
          "link-local"
          "multicast"
          "10.0.0.0/8"
          "100.64.0.0/10"
          "172.16.0.0/12"
          "192.168.0.0/16"
          "fc00::/7"
        ];
      };
    };
  };
}
