//! What GNU make knows without a makefile: suffixes, implicit rules and variables (manual 10.2, 10.3).
//!
//! The tables are what `make -p -f /dev/null` shows; where 4.3 differs from 4.4.1 it says so.

use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::Place;
use rkbuild_syntax::Text;

use crate::pattern::Pattern;
use crate::recipe::{Recipe, RecipeLine};
use crate::target::PatternDep;
use crate::variable::{Flavor, GLOBAL, Origin};
use crate::{Dep, Session};

/// The suffixes of `.SUFFIXES`.
pub const SUFFIXES: &str = ".out .a .ln .o .c .cc .C .cpp .p .f .F .m .r .y .l .ym .yl .s .S .mod \
    .sym .def .h .info .dvi .tex .texinfo .texi .txinfo .w .ch .web .sh .elc .el";

/// Variables of recursive flavor.
const VARIABLES: &[(&str, &str)] = &[
    (".LIBPATTERNS", "lib%.so lib%.a"),
    ("AR", "ar"),
    ("AS", "as"),
    ("CC", "cc"),
    ("CHECKOUT,v", "+$(if $(wildcard $@),,$(CO) $(COFLAGS) $< $@)"),
    ("CO", "co"),
    ("COFLAGS", ""),
    ("COMPILE.C", "$(COMPILE.cc)"),
    ("COMPILE.F", "$(FC) $(FFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c"),
    ("COMPILE.S", "$(CC) $(ASFLAGS) $(CPPFLAGS) $(TARGET_MACH) -c"),
    ("COMPILE.c", "$(CC) $(CFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c"),
    ("COMPILE.cc", "$(CXX) $(CXXFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c"),
    ("COMPILE.cpp", "$(COMPILE.cc)"),
    ("COMPILE.def", "$(M2C) $(M2FLAGS) $(DEFFLAGS) $(TARGET_ARCH)"),
    ("COMPILE.f", "$(FC) $(FFLAGS) $(TARGET_ARCH) -c"),
    ("COMPILE.m", "$(OBJC) $(OBJCFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c"),
    ("COMPILE.mod", "$(M2C) $(M2FLAGS) $(MODFLAGS) $(TARGET_ARCH)"),
    ("COMPILE.p", "$(PC) $(PFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c"),
    ("COMPILE.r", "$(FC) $(FFLAGS) $(RFLAGS) $(TARGET_ARCH) -c"),
    ("COMPILE.s", "$(AS) $(ASFLAGS) $(TARGET_MACH)"),
    ("CPP", "$(CC) -E"),
    ("CTANGLE", "ctangle"),
    ("CWEAVE", "cweave"),
    ("CXX", "g++"),
    ("F77", "$(FC)"),
    ("F77FLAGS", "$(FFLAGS)"),
    ("FC", "f77"),
    ("GET", "get"),
    ("LD", "ld"),
    ("LEX", "lex"),
    ("LEX.l", "$(LEX) $(LFLAGS) -t"),
    ("LEX.m", "$(LEX) $(LFLAGS) -t"),
    ("LINK.C", "$(LINK.cc)"),
    ("LINK.F", "$(FC) $(FFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)"),
    ("LINK.S", "$(CC) $(ASFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_MACH)"),
    ("LINK.c", "$(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)"),
    ("LINK.cc", "$(CXX) $(CXXFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)"),
    ("LINK.cpp", "$(LINK.cc)"),
    ("LINK.f", "$(FC) $(FFLAGS) $(LDFLAGS) $(TARGET_ARCH)"),
    ("LINK.m", "$(OBJC) $(OBJCFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)"),
    ("LINK.o", "$(CC) $(LDFLAGS) $(TARGET_ARCH)"),
    ("LINK.p", "$(PC) $(PFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)"),
    ("LINK.r", "$(FC) $(FFLAGS) $(RFLAGS) $(LDFLAGS) $(TARGET_ARCH)"),
    ("LINK.s", "$(CC) $(ASFLAGS) $(LDFLAGS) $(TARGET_MACH)"),
    ("LINT", "lint"),
    ("LINT.c", "$(LINT) $(LINTFLAGS) $(CPPFLAGS) $(TARGET_ARCH)"),
    ("M2C", "m2c"),
    ("MAKEINFO", "makeinfo"),
    ("OBJC", "cc"),
    ("OUTPUT_OPTION", "-o $@"),
    ("PC", "pc"),
    ("PREPROCESS.F", "$(FC) $(FFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -F"),
    ("PREPROCESS.r", "$(FC) $(FFLAGS) $(RFLAGS) $(TARGET_ARCH) -F"),
    ("RM", "rm -f"),
    ("TANGLE", "tangle"),
    ("TEX", "tex"),
    ("TEXI2DVI", "texi2dvi"),
    ("WEAVE", "weave"),
    ("YACC", "yacc"),
    ("YACC.m", "$(YACC) $(YFLAGS)"),
    ("YACC.y", "$(YACC) $(YFLAGS)"),
];

/// Suffix rules: name and recipe.
const SUFFIX_RULES: &[(&str, &str)] = &[
    (".C", "$(LINK.C) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".C.o", "$(COMPILE.C) $(OUTPUT_OPTION) $<"),
    (".F", "$(LINK.F) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".F.f", "$(PREPROCESS.F) $(OUTPUT_OPTION) $<"),
    (".F.o", "$(COMPILE.F) $(OUTPUT_OPTION) $<"),
    (".S", "$(LINK.S) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".S.o", "$(COMPILE.S) -o $@ $<"),
    (".S.s", "$(PREPROCESS.S) $< > $@"),
    (".c", "$(LINK.c) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".c.ln", "$(LINT.c) -C$* $<"),
    (".c.o", "$(COMPILE.c) $(OUTPUT_OPTION) $<"),
    (".cc", "$(LINK.cc) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".cc.o", "$(COMPILE.cc) $(OUTPUT_OPTION) $<"),
    (".cpp", "$(LINK.cpp) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".cpp.o", "$(COMPILE.cpp) $(OUTPUT_OPTION) $<"),
    (".def.sym", "$(COMPILE.def) -o $@ $<"),
    (".f", "$(LINK.f) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".f.o", "$(COMPILE.f) $(OUTPUT_OPTION) $<"),
    (".l.c", "@$(RM) $@ \n $(LEX.l) $< > $@"),
    (".l.ln", "@$(RM) $*.c\n $(LEX.l) $< > $*.c\n$(LINT.c) -i $*.c -o $@\n $(RM) $*.c"),
    (".l.r", "$(LEX.l) $< > $@ \n mv -f lex.yy.r $@"),
    (".lm.m", "@$(RM) $@ \n $(LEX.m) $< > $@"),
    (".m", "$(LINK.m) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".m.o", "$(COMPILE.m) $(OUTPUT_OPTION) $<"),
    (".mod", "$(COMPILE.mod) -o $@ -e $@ $^"),
    (".mod.o", "$(COMPILE.mod) -o $@ $<"),
    (".o", "$(LINK.o) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".p", "$(LINK.p) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".p.o", "$(COMPILE.p) $(OUTPUT_OPTION) $<"),
    (".r", "$(LINK.r) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".r.f", "$(PREPROCESS.r) $(OUTPUT_OPTION) $<"),
    (".r.o", "$(COMPILE.r) $(OUTPUT_OPTION) $<"),
    (".s", "$(LINK.s) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    (".s.o", "$(COMPILE.s) -o $@ $<"),
    (".sh", "cat $< >$@ \n chmod a+x $@"),
    (".tex.dvi", "$(TEX) $<"),
    (".texi.dvi", "$(TEXI2DVI) $(TEXI2DVI_FLAGS) $<"),
    (".texi.info", "$(MAKEINFO) $(MAKEINFO_FLAGS) $< -o $@"),
    (".texinfo.dvi", "$(TEXI2DVI) $(TEXI2DVI_FLAGS) $<"),
    (".texinfo.info", "$(MAKEINFO) $(MAKEINFO_FLAGS) $< -o $@"),
    (".txinfo.dvi", "$(TEXI2DVI) $(TEXI2DVI_FLAGS) $<"),
    (".txinfo.info", "$(MAKEINFO) $(MAKEINFO_FLAGS) $< -o $@"),
    (".w.c", "$(CTANGLE) $< - $@"),
    (".w.tex", "$(CWEAVE) $< - $@"),
    (".web.p", "$(TANGLE) $<"),
    (".web.tex", "$(WEAVE) $<"),
    (".y.c", "$(YACC.y) $< \n mv -f y.tab.c $@"),
    (".y.ln", "$(YACC.y) $< \n $(LINT.c) -C$* y.tab.c \n $(RM) y.tab.c"),
    (".ym.m", "$(YACC.m) $< \n mv -f y.tab.c $@"),
];

/// Pattern rules that no suffix rule means: targets, whether terminal, prerequisites, recipe.
const PATTERN_RULES: &[(&str, bool, &str, &str)] = &[
    ("(%)", false, "%", "$(AR) $(ARFLAGS) $@ $<"),
    ("%.out", false, "%", "@rm -f $@ \n cp $< $@"),
    ("%.c", false, "%.w %.ch", "$(CTANGLE) $^ $@"),
    ("%.tex", false, "%.w %.ch", "$(CWEAVE) $^ $@"),
    ("%", true, "%,v", "$(CHECKOUT,v)"),
    ("%", true, "RCS/%,v", "$(CHECKOUT,v)"),
    ("%", true, "RCS/%", "$(CHECKOUT,v)"),
    ("%", true, "s.%", "$(GET) $(GFLAGS) $(SCCS_OUTPUT_OPTION) $<"),
    ("%", true, "SCCS/s.%", "$(GET) $(GFLAGS) $(SCCS_OUTPUT_OPTION) $<"),
];

impl Session {
    /// Sets the automatic variables' `D` and `F` forms, which no option takes away.
    pub fn define_automatic_forms(&mut self) {
        for name in ["@", "%", "*", "<", "?", "^", "+"] {
            let dir = format!("$(patsubst %/,%,$(dir ${name}))");
            let file = format!("$(notdir ${name})");
            for (form, value) in [("D", dir), ("F", file)] {
                let name = self.name(format!("{name}{form}").as_bytes());
                self.set_recursive(name, value.as_bytes(), Origin::Automatic);
            }
        }
    }

    /// Sets the built-in variables (not with `-R`).
    pub fn define_builtin_variables(&mut self) {
        self.has_builtin_variables = true;
        let older = !self.identity().is_4_4();
        let arflags = if older { "rv" } else { "-rv" };
        let preprocess = if older { "$(CC) -E $(CPPFLAGS)" } else { "$(CPP) $(CPPFLAGS)" };
        let changed = [("ARFLAGS", arflags), ("PREPROCESS.S", preprocess)];
        // 4.3 sets it whatever is built in.
        let own = (!older).then_some(&("GNUMAKEFLAGS", ""));
        for (name, value) in VARIABLES.iter().chain(&changed).chain(own) {
            let name = self.name(name.as_bytes());
            let value = Arc::new(Text::new(*value));
            self.vars.define(GLOBAL, name, value, Flavor::Recursive, Origin::Default, Place::NONE);
        }
    }

    /// Takes the built-in variables away again: a makefile added `-R` to MAKEFLAGS.
    pub fn undefine_builtin_variables(&mut self) {
        if !self.has_builtin_variables {
            return;
        }
        for (name, _) in VARIABLES.iter().chain(&[("ARFLAGS", ""), ("PREPROCESS.S", "")]) {
            let name = self.name(name.as_bytes());
            self.vars.undefine(GLOBAL, name, Origin::Default);
        }
    }

    /// Makes `.SUFFIXES` and, unless `-r` is given, the suffix rules. To be done before makefiles are read.
    pub fn define_builtin_suffixes(&mut self) {
        let suffixes = self.known.suffixes;
        let file = self.targets.enter(suffixes);
        self.targets[file].builtin = true;
        let name = self.name(b"SUFFIXES");
        if self.options.no_builtin_rules {
            self.set_simple(name, b"", Origin::Default);
            return;
        }
        for suffix in SUFFIXES.split_ascii_whitespace() {
            let name = self.name(suffix.as_bytes());
            let dep = self.targets.enter(name);
            self.targets[dep].builtin = true;
            // A suffix is a file's name as well, which implicit rules count on and don't take for an intermediate one.
            self.targets[dep].name_explicitly();
            self.targets[file].deps.push(Dep {
                file: dep,
                order_only: false,
                wait: false,
                extra: false,
                explicit: false,
            });
        }
        self.set_simple(name, SUFFIXES.as_bytes(), Origin::Default);
        self.has_builtin_suffix_rules = true;
        for (name, recipe) in SUFFIX_RULES {
            let name = self.name(name.as_bytes());
            let file = self.targets.enter(name);
            self.targets[file].recipe = Some(recipe_of(recipe));
            self.targets[file].builtin = true;
            // A suffix rule's name is one too, if only as long as nothing else says so.
            self.targets[file].mentioned = true;
        }
    }

    /// Takes the built-in suffix rules away again: a makefile added `-r` to MAKEFLAGS.
    pub fn drop_builtin_suffix_rules(&mut self) {
        self.targets.behind.clear();
        let rules = if self.has_builtin_suffix_rules { SUFFIX_RULES } else { &[] };
        for (name, _) in rules {
            let name = self.name(name.as_bytes());
            if let Some(file) = self.targets.lookup(name) {
                let target = &mut self.targets[file];
                if target.builtin && !target.is_target {
                    target.recipe = None;
                }
            }
        }
        let suffixes = self.known.suffixes;
        if let Some(file) = self.targets.lookup(suffixes)
            && !self.targets[file].is_target
        {
            self.targets[file].deps.clear();
        }
    }

    /// Adds the built-in pattern rules behind those of the makefiles (not with `-r`).
    pub fn define_builtin_patterns(&mut self) {
        if self.options.no_builtin_rules {
            return;
        }
        for (target, terminal, deps, recipe) in PATTERN_RULES {
            let pattern = Pattern::parse(target.as_bytes());
            let deps: Vec<PatternDep> = deps
                .split_ascii_whitespace()
                .map(|d| PatternDep { text: d.into(), order_only: false, wait: false, secondary: false })
                .collect();
            // A rule of a makefile for the same pattern and prerequisites stands.
            let known = self.targets.has_pattern_rule(&pattern, &deps);
            if !known {
                self.add_pattern_rule(vec![pattern], deps, Some(recipe_of(recipe)), *terminal, Place::NONE);
            }
        }
    }
}

/// A built-in recipe; its place has no line.
fn recipe_of(text: &str) -> Rc<Recipe> {
    let lines = text.split('\n').map(|l| RecipeLine { text: Arc::new(Text::new(l)), line: 0 }).collect();
    Rc::new(Recipe { lines, place: Place::NONE, prefix: b'\t' })
}
