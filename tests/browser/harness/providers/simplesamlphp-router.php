<?php
// For `php -S`: serves Debian's SimpleSAMLphp at /simplesamlphp, as its Apache
// snippet does. A script's name may have a path behind it (module.php/core/…).
$www = '/usr/share/simplesamlphp/www';
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (!preg_match('#^/simplesamlphp(/[\w./-]*)$#', $path, $found) || str_contains($path, '..')) {
    http_response_code(404);
    exit;
}
if (preg_match('#^((?:/[\w-]+)*/\w+\.php)(/.*)?$#U', $found[1], $parts) && is_file($www . $parts[1])) {
    $_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/simplesamlphp' . $parts[1];
    $_SERVER['SCRIPT_FILENAME'] = $www . $parts[1];
    $_SERVER['PATH_INFO'] = $parts[2] ?? '';
    chdir(dirname($www . $parts[1]));
    require $www . $parts[1];
    exit;
}
if (!is_file($www . $found[1])) {
    http_response_code(404);
    exit;
}
$types = ['css' => 'text/css', 'js' => 'text/javascript', 'png' => 'image/png', 'svg' => 'image/svg+xml', 'ico' => 'image/x-icon'];
header('Content-Type: ' . ($types[pathinfo($found[1], PATHINFO_EXTENSION)] ?? 'application/octet-stream'));
readfile($www . $found[1]);
