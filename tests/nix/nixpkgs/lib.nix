# A stand-in for the functions of nixpkgs' lib that the flake calls.
let
  inherit (builtins) attrNames concatMap concatStringsSep isAttrs isFunction listToAttrs;
  lib = {
    inherit (builtins) attrNames attrValues replaceStrings;
    concatStrings = concatStringsSep "";
    inherit (builtins) concatStringsSep;
    concatMapStringsSep = separator: make: list: concatStringsSep separator (map make list);
    filterAttrs = keep: set: removeAttrs set (builtins.filter (name: !keep name set.${name}) (attrNames set));
    hasInfix = part: text: builtins.replaceStrings [ part ] [ "" ] text != text;
    hasPrefix = part: text: builtins.substring 0 (builtins.stringLength part) text == part;
    escapeShellArgs = lib.concatMapStringsSep " " (text: "'${text}'");
    getLib = package: package.lib or package;
    genAttrs =
      names: make:
      listToAttrs (
        map (name: {
          inherit name;
          value = make name;
        }) names
      );
    mapAttrs' = make: set: listToAttrs (lib.mapAttrsToList make set);
    mapAttrsToList = make: set: map (name: make name set.${name}) (attrNames set);
    optional = condition: part: if condition then [ part ] else [ ];
    optionalAttrs = condition: set: if condition then set else { };
    toUpper =
      let
        lower = "abcdefghijklmnopqrstuvwxyz";
        upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        letters = text: map (at: builtins.substring at 1 text) (builtins.genList (at: at) (builtins.stringLength text));
      in
      builtins.replaceStrings (letters lower) (letters upper);
    fileset = {
      unions = paths: map (path: assert builtins.pathExists path; path) paths;
      # The content of the files decides the path.
      toSource =
        { root, fileset }:
        let
          paths = if builtins.isList fileset then fileset else [ fileset ];
          stored = path: builtins.path { inherit path; name = "part"; };
        in
        {
          inherit paths;
          outPath = builtins.toFile "source" (concatStringsSep "\n" (map stored paths));
        };
    };

    mkDefault = value: value;
    mkEnableOption = _: lib.mkOption { default = false; };
    mkIf = condition: value: if condition then value else { };
    mkOption = option: option // { _type = "option"; };
    types = lib.genAttrs [ "package" "str" ] (name: name) // lib.genAttrs [ "attrsOf" "listOf" "nullOr" ] (name: _: name);

    # The configuration that modules make. What no option below `services` declares is refused; the rest is taken as it is.
    # Modules with options see what those without any say, with the defaults, and then what they themselves said.
    evalModules =
      { modules, pkgs }:
      let
        evaluate =
          config: given:
          let
            made = if isFunction given then given { inherit config lib pkgs; } else given;
            whole = if made ? config || made ? options then made else { config = removeAttrs made [ "imports" ]; };
          in
          [ whole ] ++ concatMap (evaluate config) (made.imports or [ ]);
        all = config: concatMap (evaluate config) modules;
        merge =
          a: b:
          if isAttrs a && isAttrs b && !(a ? type && a.type == "derivation") then
            a // builtins.mapAttrs (name: value: if a ? ${name} then merge a.${name} value else value) b
          else
            b;
        sum = builtins.foldl' merge { };
        # Defaults may be of what the configuration becomes.
        declared = sum (map (m: m.options or { }) (all final));
        fill =
          options: values:
          if options._type or null == "option" then
            (if values == null then options.default else values)
          else
            builtins.mapAttrs (name: option: fill option (values.${name} or (if option ? _type then null else { }))) options
            // builtins.mapAttrs (
              name: value: if options ? ${name} then fill options.${name} value else throw "no option ${name} is declared"
            ) values;
        with-defaults =
          definitions:
          let
            values = sum (map (m: m.config or { }) definitions);
          in
          values // { services = fill declared.services values.services; };
        said = with-defaults (builtins.filter (m: !(m ? options)) (all { }));
        final = with-defaults (all (with-defaults (all said)));
      in
      final;
  };
in
lib
