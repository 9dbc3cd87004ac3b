//! The workspace's sources, parsed, without what is only compiled for tests.

use std::fs;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, Item, ItemFn, TraitItemFn};
use wandler_tests::programs::root;

/// The sources of one library or program.
pub(crate) struct Part {
    pub sources: Vec<Source>,
}

/// A file.
pub(crate) struct Source {
    /// Its name, from the workspace's root.
    pub name: String,
    /// The module that it is, below its crate's root: `["stream", "input"]`.
    pub module: Vec<String>,
    /// What is in it, without tests.
    pub items: Vec<Item>,
    lines: usize,
}

/// The folders of the workspace's members.
pub(crate) fn members() -> Vec<PathBuf> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let members = manifest.lines().find_map(|line| line.strip_prefix("members = [")).unwrap();
    let names = members.split('"').skip(1).step_by(2);
    names.map(|name| root().join(name)).collect()
}

/// All sources. A folder of programs below `src/bin` is a part of its own.
pub(crate) fn workspace() -> Vec<Part> {
    let mut parts = Vec::new();
    for member in members() {
        let folder = member.join("src");
        let mut sources = Vec::new();
        let programs = folder.join("bin");
        add_sources(&folder, &folder, &programs, &mut sources);
        parts.push(Part { sources });
        for entry in entries(&programs) {
            let mut sources = Vec::new();
            add_sources(
                &entry,
                if entry.is_dir() { &entry } else { &programs },
                &programs,
                &mut sources,
            );
            parts.push(Part { sources });
        }
    }
    assert!(parts.iter().all(|part| !part.sources.is_empty()), "a folder without sources");
    parts
}

pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Adds the sources at or below `path`, but not those in `left_out`.
fn add_sources(path: &Path, crate_root: &Path, left_out: &Path, sources: &mut Vec<Source>) {
    if path.is_dir() && path.file_stem().is_none_or(|stem| stem != "tests") {
        for entry in entries(path).iter().filter(|entry| *entry != left_out) {
            add_sources(entry, crate_root, left_out, sources);
        }
    } else if path.extension().is_some_and(|it| it == "rs")
        && path.file_stem() != Some("tests".as_ref())
    {
        sources.push(Source::read(path, crate_root));
    }
}

impl Source {
    fn read(path: &Path, crate_root: &Path) -> Source {
        let text = fs::read_to_string(path).unwrap();
        let file =
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (tests, items): (Vec<Item>, Vec<Item>) = file.items.into_iter().partition(is_for_tests);
        let module = path.strip_prefix(crate_root).unwrap_or(Path::new("")).with_extension("");
        let mut module: Vec<String> =
            module.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        module.retain(|part| !["lib", "main"].contains(&part.as_str()));
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let lines = text.lines().count() - tests.iter().map(lines_of).sum::<usize>();
        Source { name, module, items, lines }
    }

    /// Its length without tests.
    pub(crate) fn lines(&self) -> usize {
        self.lines
    }

    /// The names of its functions, and how long each is.
    pub(crate) fn functions(&self) -> Vec<(String, usize)> {
        let mut functions = Functions(Vec::new());
        self.items.iter().for_each(|item| functions.visit_item(item));
        functions.0
    }
}

struct Functions(Vec<(String, usize)>);

impl Functions {
    fn add(&mut self, name: &syn::Ident, start: usize, body: &Block) {
        self.0.push((name.to_string(), body.span().end().line + 1 - start));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.add(&item.sig.ident, item.sig.span().start().line, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.add(&item.sig.ident, item.sig.span().start().line, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(body) = &item.default {
            self.add(&item.sig.ident, item.sig.span().start().line, body);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

fn lines_of(item: &Item) -> usize {
    item.span().end().line + 1 - item.span().start().line
}

fn is_for_tests(item: &Item) -> bool {
    attributes(item).iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}
