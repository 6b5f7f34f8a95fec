"""The map page's body and style sheet."""

from __future__ import annotations

BODY = """<canvas id="map" tabindex="0"></canvas>
<header><h1 id="title"></h1><p id="about"></p></header>
<nav>
<div class="row"><input id="search" type="search" autocomplete="off">
<button id="language" type="button"></button></div>
<p id="found"></p>
<details id="layers" open><summary id="layers-title"></summary><div id="toggles"></div></details>
</nav>
<aside id="panel" hidden><button id="close" type="button">×</button>
<div id="details"></div></aside>
<div id="tip" hidden></div>
<div id="zoom"><button id="in" type="button">+</button><button id="out" type="button">−</button>
<button id="all" type="button">⤢</button></div>
<p id="hint"></p>"""

STYLE = """
html, body { margin: 0; height: 100%; overflow: hidden; background: #f4f1ea; color: #3b3a36;
  font: 14px/1.45 "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic",
  NanumGothic, system-ui, sans-serif; }
#map { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none;
  cursor: grab; outline: none; }
#map.dragging { cursor: grabbing; }
header, nav, aside, #tip, #zoom button { position: absolute; background: #fffffff2;
  border: 1px solid #d5cfc3; border-radius: 8px; box-shadow: 0 1px 5px #0002; }
header { left: 12px; top: 12px; padding: 8px 14px; max-width: min(46vw, 520px); }
h1 { font-size: 17px; margin: 0; } h2 { font-size: 15px; margin: 0 22px 6px 0; }
header p { margin: 2px 0 0; color: #77736a; font-size: 12px; }
nav { right: 12px; top: 12px; width: 232px; padding: 10px; max-height: calc(100% - 94px);
  overflow: auto; }
.row { display: flex; gap: 6px; }
input[type=search] { flex: 1; min-width: 0; font: inherit; padding: 3px 8px;
  border: 1px solid #cfc9bc; border-radius: 6px; background: #fff; }
button { font: inherit; border: 1px solid #cfc9bc; border-radius: 6px; background: #fff;
  color: inherit; cursor: pointer; }
button:hover { background: #f0ece2; }
#found { margin: 4px 2px 0; font-size: 12px; color: #a33; } #found:empty { display: none; }
details { margin-top: 8px; } summary { cursor: pointer; font-weight: 600; }
label { display: flex; align-items: center; gap: 7px; padding: 1px 0; cursor: pointer; }
label.sub { padding-left: 20px; font-size: 13px; }
label input { margin: 0; }
.swatch { flex: none; width: 20px; height: 11px; border: 1.5px solid; border-radius: 3px;
  box-sizing: border-box; }
.mark { flex: none; width: 16px; height: 16px; border-radius: 50%; color: #fff; font-size: 10px;
  line-height: 16px; text-align: center; font-weight: 700; margin: 0 2px; }
aside { left: 12px; bottom: 44px; width: 300px; max-height: 60%; overflow: auto;
  padding: 10px 14px; }
aside dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 12px; margin: 0; }
aside h3 { font-size: 13px; margin: 8px 0 2px; color: #77736a; }
dt { color: #77736a; } dd { margin: 0; overflow-wrap: anywhere; }
#close { position: absolute; right: 8px; top: 8px; border: 0; font-size: 18px; line-height: 1;
  background: none; }
#tip { pointer-events: none; padding: 3px 9px; font-size: 13px; max-width: 300px; }
#zoom { position: absolute; right: 12px; bottom: 14px; display: flex; gap: 6px; }
#zoom button { position: static; width: 32px; height: 32px; font-size: 18px; line-height: 1; }
#hint { position: absolute; left: 50%; bottom: 6px; transform: translateX(-50%); margin: 0;
  font-size: 12px; color: #77736a; pointer-events: none; white-space: nowrap; }
[hidden] { display: none; }
@media (max-width: 640px) { #hint { display: none; } nav { width: 180px; }
  header { max-width: calc(100% - 250px); } }
"""
