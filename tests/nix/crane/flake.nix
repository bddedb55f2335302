# A stand-in for the two functions of crane that the flake calls.
{
  outputs = _: {
    mkLib = pkgs: {
      buildDepsOnly = arguments: pkgs.derive "${arguments.pname}-deps" arguments;
      buildPackage = arguments: pkgs.derive arguments.pname arguments;
    };
  };
}
