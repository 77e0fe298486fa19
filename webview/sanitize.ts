import DOMPurify from "dompurify";

/**
 * Returns rendered markdown as nodes. The renderer escapes everything it is given; this is the second wall,
 * so that a fault in it still cannot bring in a script, a style, a link, a form or anything that is loaded.
 */
export function sanitize(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: [
      "class",
      "dir",
      "start",
      "data-cite",
      "data-code-cite",
      "data-language",
      "data-mark",
      "data-said",
    ],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

const tags = [
  ..."p h3 h4 h5 h6 ul ol li blockquote hr br strong em s".split(" "),
  ..."pre code span div bdi table thead tbody tr th td".split(" "),
];
