# The packages of which the database's image has files.
{ pkgs }:
{
  inherit (pkgs) coreutils dash tzdata;
  postgresql = pkgs.postgresql_17;
}
