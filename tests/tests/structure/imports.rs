//! Which file names items of which other, in `use` declarations and in paths.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{ItemUse, UseTree};

use super::sources::Source;

/// For each file, the names of the files of the same crate that it imports from. A module and those
/// below it count as one, and are not listed.
pub(crate) fn between(sources: &[Source]) -> BTreeMap<&str, BTreeSet<&str>> {
    let modules: BTreeMap<&[String], &str> =
        sources.iter().map(|source| (&source.module[..], source.name.as_str())).collect();
    let imports = |source| {
        let mut found = Found { source, paths: Vec::new() };
        found.source.items.iter().for_each(|item| found.visit_item(item));
        let targets = found.paths.into_iter().filter_map(|path| {
            // What a path names is in the file of the longest beginning that is a module.
            let file = (0..=path.len()).rev().find(|&length| modules.contains_key(&path[..length]));
            file.map(|length| path[..length].to_vec())
        });
        let others = targets.filter(|target| !are_one(target, &source.module));
        others.map(|target| modules[&target[..]]).collect()
    };
    sources.iter().map(|source| (source.name.as_str(), imports(source))).collect()
}

/// Whether one is the other, or is below it.
fn are_one(one: &[String], other: &[String]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// The paths in a file, from its crate's root.
struct Found<'a> {
    source: &'a Source,
    paths: Vec<Vec<String>>,
}

impl Found<'_> {
    /// Notes `path`, if it begins in this crate.
    fn add(&mut self, path: &[String]) {
        let mut module = self.source.module.clone();
        let mut rest = path;
        match path.first().map(String::as_str) {
            Some("crate") => module.clear(),
            Some("self") => {}
            Some("super") => drop(module.pop()),
            // A child of this module, or something else that does not matter.
            Some(_) => return self.paths.push([&module, path].concat()),
            None => return,
        }
        rest = &rest[1..];
        while let Some(after) = rest.strip_prefix(&["super".to_owned()]) {
            module.pop();
            rest = after;
        }
        self.paths.push([&module, rest].concat());
    }

    fn add_tree(&mut self, before: &[String], tree: &UseTree) {
        match tree {
            UseTree::Path(path) => {
                let before = [before, &[path.ident.to_string()]].concat();
                self.add_tree(&before, &path.tree);
            }
            UseTree::Name(name) => self.add(&[before, &[name.ident.to_string()]].concat()),
            UseTree::Rename(name) => self.add(&[before, &[name.ident.to_string()]].concat()),
            UseTree::Glob(_) => self.add(before),
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add_tree(before, tree));
            }
        }
    }
}

impl<'ast> Visit<'ast> for Found<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|it| it.ident.to_string()).collect();
        self.add(&names);
        visit::visit_path(self, path);
    }
}
