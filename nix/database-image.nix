# PostgreSQL with Natter's roles: the server and initdb from nixpkgs, the entrypoint, and what that and initdb run: a shell,
# mv and rm. Files that are opened are in it, those of the store at their place there: with the closures of the packages
# there would be a second shell, and much that nothing runs.
{ pkgs }:
let
  contents = import ./database/contents.nix { inherit pkgs; };
in
import ./image.nix {
  inherit pkgs;
  name = "natter-database";
  files = ''
    postgresql=${contents.postgresql}
    # Copies of files, with mode $1, at their place.
    place() {
      local mode=$1 file && shift
      for file; do install -D -m $mode $file .$file; done
    }
    # The program that is meant where a script sets its environment first.
    initdb=$postgresql/bin/.initdb-wrapped
    [ -e $initdb ] || initdb=$postgresql/bin/initdb
    modules=$(find -L $postgresql ${pkgs.lib.getLib contents.postgresql} -name plpgsql.so -o -name dict_snowball.so | sort -u)
    # PostgreSQL finds its files by where its programs really are, or by the links that they were started by.
    programs=$(realpath $postgresql/bin/{postgres,pg_isready} $initdb)
    place 755 $programs $modules

    mkdir -p bin etc/natter-database run/secrets/natter-database usr/share/zoneinfo
    for program in $programs; do
      link=''${program##*/.}
      link=''${link##*/}
      ln -s $program bin/''${link%-wrapped}
    done
    ln -s $postgresql/share share
    install -m 755 ${contents.dash}/bin/dash bin/sh
    install -m 755 ${contents.coreutils}/bin/{mv,rm} bin/
    loader=$(patchelf --print-interpreter bin/sh)
    for file in $programs $modules bin/{sh,mv,rm}; do
      # By itself, for then a library that is missing ends the build.
      libraries=$($loader --list $file | awk '/=> \// { print $3 } /^[[:space:]]*\// { print $1 }')
      place 755 $libraries
    done

    share=$(dirname $(find -L $postgresql/share -name postgres.bki))
    place 644 $(find -L $share/{postgres.bki,sql_features.txt,timezonesets,tsearch_data} $share/*.{sql,sample} \
      $share/extension/plpgsql* -type f)
    place 644 ${contents.tzdata}/share/zoneinfo/UTC
    install -m 644 ${contents.tzdata}/share/zoneinfo/UTC usr/share/zoneinfo/UTC

    install -m 755 ${./database/natter-database} bin/natter-database
    install -m 644 ${./database/passwd} etc/passwd
    install -m 644 ${./database/pg_hba.conf} etc/natter-database/pg_hba.conf
    install -m 644 ${./database/postgresql.conf} etc/natter-database/postgresql.conf
    install -m 644 ${../src/store/engine/roles.sql} etc/natter-database/roles.sql
  '';
}
