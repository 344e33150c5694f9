//! `--depends`, `--rdepends`, `--graph`: what is made from what, across all makes of a build.

use std::fmt::Write;
use std::time::Duration;

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Bfs, EdgeRef, Reversed};
use rkbuild_base::{BString, ByteSlice, FxMap};
use rkbuild_engine::graph::observer::Considered;
use serde_json::json;

use crate::explain::paths;
use crate::hub::{Command, Event, Listener};

/// A name in the graph.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its absolute path; of a phony one that of the file it would be.
    pub path: BString,
    /// It is phony: no file.
    pub phony: bool,
    /// Some make has a recipe for it.
    pub made: bool,
}

/// Why one needs the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It is a prerequisite.
    Prerequisite,
    /// It is one after `|`.
    OrderOnly,
    /// It is a goal of a make that a recipe starts.
    Make,
}

/// Collects the graph; an edge leads from a target to what it needs.
#[derive(Default)]
pub struct Relations {
    graph: DiGraph<Node, Need>,
    /// By what tells names apart.
    nodes: FxMap<BString, NodeIndex>,
    /// By path: the first that is called so.
    names: FxMap<BString, NodeIndex>,
    /// The target for which a command runs that starts makes.
    starters: FxMap<u64, NodeIndex>,
    /// The target whose recipe started a make.
    makes: FxMap<u64, NodeIndex>,
    /// The directories in which targets were considered.
    directories: Vec<BString>,
}

impl Relations {
    fn node(&mut self, make: u64, dir: &[u8], name: &[u8], phony: bool) -> NodeIndex {
        let key = paths::key(make, dir, name, phony);
        if let Some(node) = self.nodes.get(&key) {
            return *node;
        }
        let path = paths::absolute(dir, name);
        let node = self.graph.add_node(Node { path: path.clone(), phony, made: false });
        self.nodes.insert(key, node);
        self.names.entry(path).or_insert(node);
        node
    }

    /// Where a command's target is: the phony one of its make, or else the file.
    fn target_of(&mut self, command: &Command) -> NodeIndex {
        let phony = paths::key(command.make, &command.dir, &command.target, true);
        let phony = self.nodes.contains_key(&phony);
        self.node(command.make, &command.dir, &command.target, phony)
    }

    fn need(&mut self, from: NodeIndex, to: NodeIndex, need: Need) {
        if from != to && !self.graph.edges_connecting(from, to).any(|edge| *edge.weight() == need) {
            self.graph.add_edge(from, to, need);
        }
    }

    fn considered(&mut self, target: &Considered<'_>) {
        let (make, dir) = (target.make, target.dir.path());
        if !self.directories.iter().any(|known| known == dir) {
            self.directories.push(dir.to_owned());
        }
        let node = self.node(make, dir, target.target, target.phony);
        if let Some(node) = self.graph.node_weight_mut(node) {
            node.made |= !target.place.is_empty();
        }
        if target.goal
            && let Some(starter) = self.makes.get(&make).copied()
        {
            self.need(starter, node, Need::Make);
        }
        // A target with a long list of headers is considered in one make alone: no need to look for edges that are there.
        let fresh = self.graph.edges(node).next().is_none();
        for prerequisite in &target.prerequisites {
            let phony = prerequisite.phony || prerequisite.name == b"FORCE";
            let to = self.node(make, dir, prerequisite.name, phony);
            let need = if prerequisite.order_only { Need::OrderOnly } else { Need::Prerequisite };
            match fresh && node != to {
                true => drop(self.graph.add_edge(node, to, need)),
                false => self.need(node, to, need),
            }
        }
        for peer in &target.grouped {
            let peer = self.node(make, dir, peer, false);
            self.need(peer, node, Need::Prerequisite);
        }
    }

    /// What `path` is made from, the nearest first: files alone. `None` where it is not known.
    pub fn depends(&self, path: &[u8]) -> Option<Vec<&Node>> {
        let start = *self.nodes.get(path).or_else(|| self.names.get(path))?;
        let mut walk = Bfs::new(&self.graph, start);
        Some(self.files(std::iter::from_fn(|| walk.next(&self.graph)), start))
    }

    /// What would be rebuilt if `path` changed, the nearest first: files that have a recipe. `None` where it is not known.
    pub fn rdepends(&self, path: &[u8]) -> Option<Vec<&Node>> {
        let start = *self.nodes.get(path).or_else(|| self.names.get(path))?;
        // What only has to be there, or is made by the way, is not rebuilt; what is forced is, but not on this account.
        let graph = self
            .graph
            .filter_map(|_, node| Some(node.phony), |_, need| (*need == Need::Prerequisite).then_some(()));
        let reversed = Reversed(&graph);
        let mut walk = Bfs::new(reversed, start);
        let files = self.files(std::iter::from_fn(|| walk.next(reversed)), start);
        Some(files.into_iter().filter(|node| node.made).collect())
    }

    /// The directories in which targets were considered, in the order of the first of each.
    pub fn directories(&self) -> impl Iterator<Item = &BString> {
        self.directories.iter()
    }

    /// Whether some make has a recipe for `path`.
    pub fn is_made(&self, path: &[u8]) -> bool {
        let node = self.names.get(path).and_then(|node| self.graph.node_weight(*node));
        node.is_some_and(|node| node.made)
    }

    fn files(&self, met: impl Iterator<Item = NodeIndex>, start: NodeIndex) -> Vec<&Node> {
        let others = met.filter(|node| *node != start);
        others.filter_map(|node| self.graph.node_weight(node)).filter(|node| !node.phony).collect()
    }

    /// The graph for Graphviz.
    pub fn dot(&self, top: &[u8]) -> String {
        let mut text = String::from("digraph build {\n  rankdir=LR;\n  node [shape=box];\n");
        for index in self.graph.node_indices() {
            let Some(node) = self.graph.node_weight(index) else { continue };
            let name = paths::shown(top, &node.path).replace('\\', "\\\\").replace('"', "\\\"");
            let style = match node {
                Node { phony: true, .. } => ", style=dashed",
                Node { made: true, .. } => "",
                _ => ", shape=plain",
            };
            let _ = writeln!(text, "  n{} [label=\"{name}\"{style}];", index.index());
        }
        for edge in self.graph.edge_references() {
            let style = match edge.weight() {
                Need::Prerequisite => "",
                Need::OrderOnly => " [style=dashed]",
                Need::Make => " [style=dotted]",
            };
            let _ = writeln!(text, "  n{} -> n{}{style};", edge.source().index(), edge.target().index());
        }
        text.push_str("}\n");
        text
    }

    /// The graph as JSON.
    pub fn json(&self, top: &[u8]) -> String {
        let nodes: Vec<_> = self.graph.node_weights().map(|node| {
            json!({ "name": paths::shown(top, &node.path), "phony": node.phony, "made": node.made })
        }).collect();
        let edges: Vec<_> = self
            .graph
            .edge_references()
            .map(|edge| {
                let need = match edge.weight() {
                    Need::Prerequisite => "prerequisite",
                    Need::OrderOnly => "order-only",
                    Need::Make => "make",
                };
                json!([edge.source().index(), edge.target().index(), need])
            })
            .collect();
        let top = top.to_str_lossy();
        format!("{:#}\n", json!({ "version": 1, "directory": top, "nodes": nodes, "edges": edges }))
    }
}

impl Listener for Relations {
    fn event(&mut self, _: Duration, event: &Event<'_>) {
        match event {
            Event::Considered(target) => self.considered(target),
            Event::CommandStarted(command) if command.makes => {
                let node = self.target_of(command);
                self.starters.insert(command.id, node);
            }
            Event::MakeStarted { id, make } => {
                if let Some(node) = self.starters.get(&make.above) {
                    self.makes.insert(*id, *node);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, _: Duration, _: i32) {}
}
