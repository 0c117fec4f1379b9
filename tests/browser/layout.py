"""What is wrong with the layout of a page: texts that are cut, that lie on one another, that leave their box."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Texts of the page with the rectangles of their lines, those that can be seen.
_DEFECTS = """(within) => {
    const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const scrolls = (e) => /auto|scroll/.test(getComputedStyle(e).overflowX + getComputedStyle(e).overflowY);
    const found = [];
    const told = (what, ...texts) => found.push(`${what}: ${texts.map((t) => t.trim().slice(0, 60)).join(" / ")}`);
    if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways");

    /** What of a rectangle can be seen: elements that scroll hide the rest. */
    const clipped = (box, parent) => {
        let { left, right, top, bottom } = box;
        for (let e = parent; e && e !== document.body; e = e.parentElement) {
            if (e instanceof SVGElement || !scrolls(e)) continue;
            const outer = e.getBoundingClientRect();
            [left, right] = [Math.max(left, outer.left), Math.min(right, outer.right)];
            [top, bottom] = [Math.max(top, outer.top), Math.min(bottom, outer.bottom)];
        }
        return { left, right: bottom > top ? right : left, top, bottom };
    };
    const pieces = []; // [words, rectangle, parent, the text node, what is in sight of it]
    for (const root of document.querySelectorAll(within)) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const text = walker.currentNode, parent = text.parentElement;
            if (!text.data.trim() || !seen(parent)) continue;
            if (parent.closest("title, option, style, script, .mg-live, .unseen")) continue;
            const range = document.createRange();
            range.selectNodeContents(text);
            const box = parent.closest("svg") ? [parent.getBoundingClientRect()] : range.getClientRects();
            for (const one of box.length ? box : []) {
                const inSight = clipped(one, parent);
                if (inSight.right - inSight.left > 0) pieces.push([text.data, one, parent, text, inSight]);
            }
        }
    }

    // Cut: by an ancestor that hides what leaves it and cannot be scrolled.
    for (const [words, box, parent] of pieces) {
        for (let e = parent; e && e !== document.body; e = e.parentElement) {
            const style = getComputedStyle(e);
            if (style.position === "fixed") break;
            if (scrolls(e)) break; // inside it can be scrolled into sight
            if (e instanceof SVGElement || style.overflowX === "visible") continue;
            if (style.contain.includes("strict") && e.classList.contains("mg-tile")) {
                const outer = e.getBoundingClientRect();
                if (box.right > outer.right + 1 || box.left < outer.left - 1 || box.bottom > outer.bottom + 1)
                    told("cut by its tile", words);
                continue;
            }
            const outer = e.getBoundingClientRect();
            const out = Math.max(box.right - outer.right, outer.left - box.left, box.bottom - outer.bottom);
            if (out > 1) { told(`cut by ${out.toFixed(0)} px`, words); break; }
        }
    }
    // Cut: a button, a choice or a cell whose content is wider than it is.
    const places = "button, select, th, td, li, dt, dd, output, h3, h4, h5";
    for (const e of document.querySelectorAll(`${within} :is(${places})`)) {
        if (!seen(e) || e.scrollWidth <= e.clientWidth + 1 || e.clientWidth === 0) continue;
        if (scrolls(e) || getComputedStyle(e).display === "inline") continue;
        told("wider than its place", e.textContent);
    }
    // A text of the picture that leaves its own ground.
    const grounds = ".mg-box, .mg-chip rect, .mg-tag rect, .mg-flag rect";
    for (const rect of document.querySelectorAll(`${within} :is(${grounds})`)) {
        const ground = rect.getBoundingClientRect();
        for (const other of rect.parentElement.querySelectorAll(":scope > text")) {
            if (!seen(other)) continue;
            const box = other.getBoundingClientRect();
            if (box.left < ground.left - 1 || box.right > ground.right + 1) told("leaves its box", other.textContent);
        }
    }
    // One text upon another.
    const meet = (a, b) => {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        return across > 2 && down > 6;
    };
    const sticks = (e) => e.closest(".mg-sentence") !== null;
    const hides = (one, other) => one !== other && !one.contains(other) && !other.contains(one);
    pieces.forEach(([words, , parent, text, a], i) => {
        for (const [others, , parent2, text2, b] of pieces.slice(i + 1)) {
            if (text === text2 || !hides(parent, parent2) && parent !== parent2) continue;
            if (sticks(parent) !== sticks(parent2)) continue; // the one scrolls beneath the other
            if (parent.closest("math") && parent.closest("math") === parent2.closest("math")) continue;
            if (meet(a, b)) told("overlap", words, others);
        }
    });
    // A sign or a chip upon a text of the picture.
    const chips = [...document.querySelectorAll(`${within} :is(.mg-gradient, .mg-edge-tag) rect`)].filter(seen);
    for (const [words, a, parent] of pieces) {
        if (!parent.closest(".mg-picture, .mg-plain") || parent.closest(".mg-gradient, .mg-edge-tag")) continue;
        for (const rect of chips)
            if (meet(a, rect.getBoundingClientRect())) told("under a gradient", words, rect.nextSibling.textContent);
    }
    return [...new Set(found)];
}"""

_SMALL = """(within) => [...document.querySelectorAll(`${within} :is(button, select, input, summary, [role="button"],
    [role="switch"])`)].filter((e) => e.checkVisibility({ visibilityProperty: true })).map((e) => {
        const { width, height } = (e.querySelector(":scope > .mg-box") ?? e).getBoundingClientRect();
        return [Math.min(width, height), e.getAttribute("aria-label") ?? e.textContent];
    }).filter(([size]) => size > 0 && size < 23.5).map(([size, name]) => `${size.toFixed(1)} px: ${name}`)"""


def defects(page: Page, within: str = ".mg-widget") -> list[str]:
    """What is cut, overlaps or leaves its box inside the elements that match `within`."""
    return page.evaluate(_DEFECTS, within)


def too_small(page: Page, within: str = ".mg-widget") -> list[str]:
    """The controls that a finger would miss: less than 24 px high or wide."""
    return page.evaluate(_SMALL, within)
