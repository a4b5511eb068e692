// Draws the charts from the numbers in #charts. Names in them come from strangers' files: they are only
// ever drawn as text, tooltips included (renderMode richText makes no HTML).
(function () {
  'use strict';
  var charts = JSON.parse(document.getElementById('charts').textContent);
  var drawn = [];

  function compact(value) {
    var size = Math.abs(value);
    return size >= 1e9 ? +(value / 1e9).toPrecision(3) + ' G' : size >= 1e6 ? +(value / 1e6).toPrecision(3) + ' M'
      : size >= 1e4 ? +(value / 1e3).toPrecision(3) + ' k' : String(value);
  }
  function number(value, digits) { return typeof value === 'number' ? value.toFixed(digits) : '–'; }
  // Paths end in what tells them apart, so that a long name loses its beginning.
  function tail(name, length) { return name.length <= length ? name : '…' + name.slice(name.length - length + 1); }
  function percent(value) { return number(100 * value, 2) + ' %'; }
  // A formatter gets a value from an axis, and an object from a label or a tooltip.
  function value(given) {
    var found = given !== null && typeof given === 'object' ? given.value : given;
    return Array.isArray(found) ? found[0] : found;
  }
  function formats(narrow) {
    return {
      '%percent': function (v) { return +number(100 * value(v), 2) + ' %'; },
      '%share': function (v) { return Math.round(100 * value(v)) + ' %'; },
      '%times': function (v) { return +number(value(v), 2) + '×'; },
      '%plain': function (v) { return typeof value(v) === 'number' ? String(+number(value(v), 4)) : '–'; },
      '%count': function (v) { return compact(value(v)); },
      '%seconds': function (v) { return +number(value(v), 2) + ' s'; },
      '%ms': function (v) { return +number(value(v), 3) + ' ms'; },
      '%bytes': function (v) { return value(v) === '-' ? '' : value(v) >= 1e9 ? number(value(v) / 1e9, 1) + ' GB' : number(value(v) / 1e6, 0) + ' MB'; },
      '%tail': function (v) { return tail(v, narrow ? 17 : 34); },
      '%interval': function (p) { return p.seriesName + '\n' + percent(p.value[0]) + '  (' + percent(p.value[2]) + ' to ' + percent(p.value[3]) + ')'; },
      '%point': function (p) {
        return p.value[4] + '\n' + p.value[5] + ' ' + percent(p.value[1]) + '  (' + percent(p.value[2]) + ' to ' + percent(p.value[3]) + ')\ncost ' + number(p.value[0], 3) + '×';
      },
      '%point-label': function (p) { return narrow ? '' : p.value[6]; },
      '%curve': function (p) { return p.seriesName + '\nbest ' + Math.round(100 * p.value[0]) + ' % of its pairs: ' + number(p.value[1], 3) + ' or more'; }
    };
  }
  function theme() {
    var style = getComputedStyle(document.documentElement);
    return function (name) { return style.getPropertyValue('--' + name).trim(); };
  }
  function channels(hex) { return [1, 3, 5].map(function (at) { return parseInt(hex.slice(at, at + 2), 16); }); }
  function color(name, of) {
    if (name.indexOf('ramp:') !== 0) { return of(name); }
    var share = parseFloat(name.slice(5)), from = channels(of('ramp-from')), to = channels(of('ramp-to'));
    return 'rgb(' + from.map(function (c, i) { return Math.round(c + (to[i] - c) * share); }).join(',') + ')';
  }
  // Colours and formats stand in the numbers by name; only under these keys, where no stranger's text is.
  function resolved(node, of, known) {
    if (Array.isArray(node)) { return node.map(function (each) { return resolved(each, of, known); }); }
    if (node === null || typeof node !== 'object') { return node; }
    var copy = {};
    Object.keys(node).forEach(function (key) {
      var held = node[key];
      copy[key] = key === 'color' && typeof held === 'string' ? color(held, of)
        : (key === 'formatter' || key === 'valueFormatter') && typeof held === 'string' ? known[held]
        : resolved(held, of, known);
    });
    return copy;
  }
  function axis(given, of) {
    given.axisLine = { show: given.type === 'category', lineStyle: { color: of('line') } };
    given.splitLine = { show: given.type === 'value', lineStyle: { color: of('line') } };
    given.nameGap = given.x ? 28 : 15;
    if (given.x) { given.nameLocation = 'middle'; }
    given.nameTextStyle = { color: of('soft') };
    given.axisLabel = Object.assign({ color: of('soft'), fontSize: 11, hideOverlap: true }, given.axisLabel);
    return given;
  }
  function widest(texts) {
    var context = document.createElement('canvas').getContext('2d');
    context.font = '11px ' + getComputedStyle(document.body).fontFamily;
    return texts.reduce(function (most, text) { return Math.max(most, context.measureText(text).width); }, 0);
  }
  function option(raw, narrow) {
    var of = theme(), full = resolved(raw, of, formats(narrow));
    var legend = full.legend && full.legend.show !== false && (!full.legend.data || full.legend.data.length > 0);
    full.animation = false;
    full.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily };
    full.xAxis.x = true;
    full.xAxis = axis(full.xAxis, of);
    full.yAxis = axis(full.yAxis, of);
    if (full.yAxis.type === 'category') { full.yAxis.axisLabel.interval = 0; }
    if (full.xAxis.type === 'value' && narrow) { full.xAxis.splitNumber = 3; }
    var labels = full.series.some(function (s) { return s.label && s.label.show; });
    var top = (legend ? 40 : 12) + (full.yAxis.name ? 18 : 0), right = !labels || (narrow && full.yAxis.type !== 'category') ? 18 : narrow ? 56 : 72;
    // The room that names take is measured here: the library's own estimate cuts them.
    full.grid = full.yAxis.type === 'category'
      ? { left: Math.ceil(widest(full.yAxis.data.map(full.yAxis.axisLabel.formatter))) + 14, right: right, top: top, bottom: full.xAxis.name ? 44 : 26 }
      : { left: 4, right: right, top: top, bottom: full.xAxis.name ? 40 : 8, containLabel: true };
    full.legend = Object.assign({ top: 0, left: 0, type: 'scroll', itemWidth: 16, itemHeight: 9, pageIconColor: of('soft'), pageTextStyle: { color: of('soft') } },
      full.legend, { show: !!legend, textStyle: { color: of('ink'), fontSize: 12 } });
    full.tooltip = Object.assign({ renderMode: 'richText', confine: true, backgroundColor: of('card'), borderColor: of('line'),
      textStyle: { color: of('ink'), fontSize: 12 } }, full.tooltip);
    full.tooltip.axisPointer = Object.assign({ type: 'shadow', shadowStyle: { color: of('line'), opacity: .35 } }, full.tooltip.axisPointer);
    full.series.forEach(function (s) { if (s.label) { s.label.color = of('soft'); s.label.fontSize = 11; } });
    full.aria = { enabled: false };
    return full;
  }
  function draw() {
    drawn.forEach(function (each) {
      each.chart.resize();
      each.chart.setOption(option(each.raw, each.place.clientWidth < 520), true);
    });
  }
  charts.forEach(function (each) {
    var place = document.getElementById(each.id);
    drawn.push({ raw: each.option, place: place, chart: echarts.init(place, null, { renderer: 'svg' }) });
  });
  draw();
  document.documentElement.setAttribute('data-charts', String(drawn.length));
  // Where there are no scripts the numbers stand in the charts' place.
  document.querySelectorAll('details.numbers').forEach(function (each) { each.open = false; });

  var waiting;
  window.addEventListener('resize', function () { clearTimeout(waiting); waiting = setTimeout(draw, 100); });
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  window.matchMedia('print').addEventListener('change', draw);
  var opened = [];
  window.addEventListener('beforeprint', function () {
    opened = Array.prototype.filter.call(document.querySelectorAll('details'), function (d) { return !d.open; });
    opened.forEach(function (d) { d.open = true; });
    draw();
  });
  window.addEventListener('afterprint', function () {
    opened.forEach(function (d) { d.open = false; });
    draw();
  });
}());
