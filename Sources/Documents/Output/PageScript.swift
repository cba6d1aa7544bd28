/// The only script of a page: tables that do not scroll are removed from the tab order and from the list of
/// regions. Without it, every table can be reached and scrolled with the keyboard.
package enum PageScript {
    /// The script, without a character that HTML or XML would have to escape.
    package static let text = """
        "use strict";
        (() => {
        const mark = () => {
        for (const box of document.querySelectorAll(".scroll")) {
        const name = box.getAttribute("data-name");
        if (box.scrollWidth > box.clientWidth) {
        box.setAttribute("tabindex", "0");
        box.setAttribute("role", "region");
        box.setAttribute("aria-labelledby", name);
        } else {
        for (const it of ["tabindex", "role", "aria-labelledby"]) box.removeAttribute(it);
        }
        }
        };
        addEventListener("resize", mark);
        addEventListener("load", mark);
        document.addEventListener("toggle", mark, true);
        document.addEventListener("DOMContentLoaded", mark);
        })();
        """
}
