//! Puts all mutants of a file into it, each behind a question that is answered when the tests run.
//!
//! A mutated expression becomes `(if on(7) { mutated } else { original })`, with the text that cargo-mutants would have
//! compiled in the place of the original, so that precedence and types are those of a build of its own.

use std::ops::Range;

use proc_macro2::{LineColumn, Span};
use syn::{
    Arm, Block, Expr, ExprBinary, ExprStruct, ExprUnary, ImplItemFn, ItemFn, ReturnType, Signature, Stmt, TraitItemFn,
    Type,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::list::{Genre, Mutant};

/// A file with its mutants in it.
pub struct Placed {
    pub text: String,
    /// Where in it each mutant's own code lies.
    pub regions: Vec<(Range<usize>, usize)>,
    /// The mutants that no compiler takes, whatever their types are.
    pub unviable: Vec<usize>,
}

/// Puts `mutants` into `source`.
pub fn place(source: &str, mutants: &[&Mutant]) -> Result<Placed, String> {
    let file = syn::parse_file(source).map_err(|error| error.to_string())?;
    let lines: Vec<usize> =
        std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at.saturating_add(1))).collect();
    let mut places = Places { source, lines, open: mutants.to_vec(), edits: Vec::new(), unviable: Vec::new() };
    places.visit_file(&file);
    if let Some(mutant) = places.open.first() {
        return Err(format!("there is no place for {}", mutant.key));
    }
    Ok(places.write())
}

struct Edit {
    /// What of the source it takes the place of.
    at: Range<usize>,
    /// How much of the source it surrounds: of two that begin at one place, the longer one comes first.
    reach: usize,
    closes: bool,
    /// Text, and the mutant that it belongs to.
    parts: Vec<(String, Option<usize>)>,
}

struct Places<'a> {
    source: &'a str,
    lines: Vec<usize>,
    /// The mutants that have no place yet.
    open: Vec<&'a Mutant>,
    edits: Vec<Edit>,
    unviable: Vec<usize>,
}

impl<'a> Places<'a> {
    fn offset(&self, place: LineColumn) -> usize {
        let start = self.lines[place.line - 1];
        self.source[start..].char_indices().nth(place.column).map_or(self.source.len(), |(at, _)| start + at)
    }

    fn range(&self, span: Span) -> Range<usize> {
        self.offset(span.start())..self.offset(span.end())
    }

    /// The mutants of this place; they are placed now.
    fn take(&mut self, genre: Genre, at: &Range<usize>) -> Vec<&'a Mutant> {
        let (found, open): (Vec<_>, Vec<_>) = self.open.iter().partition(|mutant| {
            let span = self.offset(mutant.start)..self.offset(mutant.end);
            mutant.genre == genre && span == *at
        });
        self.open = open;
        found
    }

    /// The source of `all`, with `mutant` in the place of what it replaces.
    fn mutated(&self, all: &Range<usize>, mutant: &Mutant) -> String {
        let (start, end) = (self.offset(mutant.start), self.offset(mutant.end));
        format!("{}{}{}", &self.source[all.start..start], mutant.replacement, &self.source[end..all.end])
    }

    /// Puts mutants of the expression `all` beside it.
    fn surround(&mut self, all: Range<usize>, mutants: &[&Mutant]) {
        if mutants.is_empty() {
            return;
        }
        let mut parts = vec![("(".into(), None)];
        for mutant in mutants {
            parts.push((format!("if {} {{ ", asked(mutant)), Some(mutant.id)));
            parts.push((self.mutated(&all, mutant), Some(mutant.id)));
            parts.push((" } else ".into(), None));
        }
        parts.push(("{ ".into(), None));
        let reach = all.len();
        self.edits.push(Edit { at: all.start..all.start, reach, closes: false, parts });
        self.edits.push(Edit { at: all.end..all.end, reach, closes: true, parts: vec![(" })".into(), None)] });
    }

    fn enter(&mut self, signature: &Signature, block: &Block) {
        let (Some(first), Some(last)) = (block.stmts.first(), block.stmts.last()) else { return };
        let body = self.offset(first.span().start())..self.offset(last.span().end());
        let values = self.take(Genre::FnValue, &body);
        if let (ReturnType::Type(_, output), Stmt::Expr(tail, None)) = (&signature.output, last)
            && let Type::ImplTrait(_) = **output
        {
            self.follow(&self.range(tail.span()), &values);
            return;
        }
        let part =
            |mutant: &&Mutant| (format!(" if {} {{ return {}; }}", asked(mutant), mutant.replacement), Some(mutant.id));
        let parts = values.iter().map(part).collect();
        let start = self.range(block.brace_token.span.open()).end;
        self.edits.push(Edit { at: start..start, reach: usize::MAX, closes: false, parts });
    }

    /// Puts other iterators behind the one that a function returns as `impl Iterator`: all paths must give one type. Those
    /// whose mutant is not at work have no element.
    fn follow(&mut self, all: &Range<usize>, mutants: &[&Mutant]) {
        let reach = usize::MAX;
        let mut parts = vec![(")".into(), None)];
        for mutant in mutants {
            let (on, other) = (asked(mutant), &mutant.replacement);
            let part = format!(".filter(move |_| !{on}).chain({other}.filter(move |_| {on}))");
            parts.push((part, Some(mutant.id)));
        }
        self.edits.push(Edit { at: all.start..all.start, reach, closes: false, parts: vec![("(".into(), None)] });
        self.edits.push(Edit { at: all.end..all.end, reach, closes: true, parts });
    }

    /// Takes the mutants of the operators of an expression without parentheses, and finds its operands.
    fn take_operators<'e>(&mut self, expression: &'e ExprBinary, operands: &mut Vec<&'e Expr>) -> Vec<&'a Mutant> {
        let mut found = self.take(Genre::Operator, &self.range(expression.op.span()));
        for side in [&*expression.left, &*expression.right] {
            match side {
                Expr::Binary(inner) => found.extend(self.take_operators(inner, operands)),
                operand => operands.push(operand),
            }
        }
        found
    }

    fn write(mut self) -> Placed {
        // What closes at a place comes before what opens there; inner ones close first, outer ones open first.
        self.edits.sort_by_key(|edit| {
            let reach = if edit.closes { edit.reach } else { usize::MAX - edit.reach };
            (edit.at.start, !edit.closes, reach)
        });
        let mut placed = Placed { text: String::new(), regions: Vec::new(), unviable: self.unviable };
        let mut done = 0;
        for edit in self.edits {
            placed.text.push_str(&self.source[done..edit.at.start]);
            done = edit.at.end;
            for (text, mutant) in edit.parts {
                let start = placed.text.len();
                placed.text.push_str(&text);
                placed.regions.extend(mutant.map(|id| (start..placed.text.len(), id)));
            }
        }
        placed.text.push_str(&self.source[done..]);
        placed
    }
}

impl<'ast> Visit<'ast> for Places<'_> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.enter(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.enter(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(block) = &item.default {
            self.enter(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_expr_binary(&mut self, expression: &'ast ExprBinary) {
        if has_let(expression) {
            // `&&` beside `let` is no operator: nothing can be written in its place, or be put around it.
            let chained = self.take(Genre::Operator, &self.range(expression.op.span()));
            self.unviable.extend(chained.iter().map(|mutant| mutant.id));
            visit::visit_expr_binary(self, expression);
            return;
        }
        let mut operands = Vec::new();
        let mutants = self.take_operators(expression, &mut operands);
        self.surround(self.range(expression.span()), &mutants);
        for operand in operands {
            self.visit_expr(operand);
        }
    }

    fn visit_expr_unary(&mut self, expression: &'ast ExprUnary) {
        let mutants = self.take(Genre::Operator, &self.range(expression.op.span()));
        self.surround(self.range(expression.span()), &mutants);
        visit::visit_expr_unary(self, expression);
    }

    fn visit_expr_struct(&mut self, expression: &'ast ExprStruct) {
        let mut mutants = Vec::new();
        for pair in expression.fields.pairs() {
            let field = self.range(pair.value().span());
            let end = pair.punct().map_or(field.end, |comma| self.range(comma.span()).end);
            mutants.extend(self.take(Genre::StructField, &(field.start..end)));
        }
        self.surround(self.range(expression.span()), &mutants);
        visit::visit_expr_struct(self, expression);
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        for mutant in self.take(Genre::MatchArm, &self.range(arm.span())) {
            let end = self.range(arm.pat.span()).end;
            let parts = vec![(format!(" if !{}", asked(mutant)), Some(mutant.id))];
            self.edits.push(Edit { at: end..end, reach: 0, closes: true, parts });
        }
        if let Some((_, guard)) = &arm.guard {
            let all = self.range(guard.span());
            let mutants = self.take(Genre::Guard, &all);
            self.surround(all, &mutants);
        }
        visit::visit_arm(self, arm);
    }
}

fn asked(mutant: &Mutant) -> String {
    format!("crate::mutant::on({})", mutant.id)
}

/// Whether an expression is a chain of conditions with `let` (only such can be its operands).
fn has_let(expression: &ExprBinary) -> bool {
    [&*expression.left, &*expression.right].into_iter().any(|side| match side {
        Expr::Let(_) => true,
        Expr::Binary(inner) => has_let(inner),
        _ => false,
    })
}
