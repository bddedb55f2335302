# The image of one program: it and the authorities, copied, so that the image holds no path of the store.
{
  pkgs,
  name,
  program,
}:
import ./image.nix {
  inherit pkgs name;
  files = ''
    install -D -m 755 ${program}/bin/${name} bin/${name}
    install -D -m 644 ${pkgs.cacert}/etc/ssl/certs/ca-bundle.crt etc/ssl/certs/ca-certificates.crt
  '';
}
