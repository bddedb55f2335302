# PostgreSQL with Natter's roles: the server and initdb from nixpkgs with their closure, the entrypoint, and what that and
# initdb run: a shell, mv and rm.
{ pkgs }:
let
  contents = import ./database/contents.nix { inherit pkgs; };
in
import ./image.nix {
  inherit pkgs;
  name = "natter-database";
  files = ''
    mkdir -p bin etc/natter-database run/secrets/natter-database usr/share/zoneinfo
    ln -s ${contents.postgresql}/bin/{postgres,initdb,pg_isready} bin/
    ln -s ${contents.dash}/bin/dash bin/sh
    ln -s ${contents.coreutils}/bin/{mv,rm} bin/
    install -m 755 ${./database/natter-database} bin/natter-database
    install -m 644 ${./database/passwd} etc/passwd
    install -m 644 ${./database/pg_hba.conf} etc/natter-database/pg_hba.conf
    install -m 644 ${./database/postgresql.conf} etc/natter-database/postgresql.conf
    install -m 644 ${../src/store/engine/roles.sql} etc/natter-database/roles.sql
    install -m 644 ${contents.tzdata}/share/zoneinfo/Etc/UTC usr/share/zoneinfo/UTC
  '';
}
